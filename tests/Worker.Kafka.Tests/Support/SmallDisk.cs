using System.Diagnostics;

namespace Worker.Kafka.Tests.Support;

/// <summary>A separate file system in memory that can really be filled. Skips if this user may not mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly string mount;

    public SmallDisk(int megabytes)
    {
        mount = folder.File("disk");
        Directory.CreateDirectory(mount);
        if (!Try("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", mount))
        {
            folder.Dispose();
            Assert.Skip("needs the right to mount a file system");
        }
    }

    public string Folder => Path.Combine(mount, "data");

    private string Filler => Path.Combine(mount, "filler");

    /// <summary>Not a byte is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[1 << 20];
        for (var size = block.Length; size > 0;)
            try
            {
                file.Write(block, 0, size);
            }
            catch (IOException)
            {
                size /= 2;
            }
    }

    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        Try("umount", "-l", mount);
        folder.Dispose();
    }

    private static bool Try(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
