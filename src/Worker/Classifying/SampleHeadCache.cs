using System.Security.Cryptography;
using System.Text;
using Worker.Core.Heads;
using Worker.Learning.Fitting;
using Worker.Learning.Saving;

namespace Worker.Classifying;

/// <summary>
/// Keeps heads that were trained on the sample inbox, in the user's cache folder. The file's name depends on the
/// encoder as it runs, the texts and the build that trained the heads. A file appears whole or not at all, so any
/// number of processes may read and write at the same time. Without a cache folder nothing is kept.
/// </summary>
internal sealed class SampleHeadCache
{
    private const string Prefix = "sample-heads-";

    /// <summary>
    /// How many files are kept: each is for another encoder, build or texts, and the oldest are deleted.
    /// </summary>
    private const int MaximumFiles = 4;

    private readonly string? path;

    /// <param name="encoder">Hash of the encoder.</param>
    /// <param name="description">How it runs, because the arithmetic changes features a little.</param>
    /// <param name="texts">Path of the texts.</param>
    public SampleHeadCache(string encoder, string description, string texts)
    {
        if (Folder() is not { } folder)
            return;
        using var file = File.OpenRead(texts);
        var key = $"{encoder}\n{description}\n{Convert.ToHexString(SHA256.HashData(file))}\n"
            + typeof(HeadTrainer).Assembly.ManifestModule.ModuleVersionId;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        path = Path.Combine(folder, $"{Prefix}{hash[..32]}.jsonl");
    }

    /// <summary>Where the heads are kept; null if they are not.</summary>
    public string? Place => path;

    /// <summary>The heads; null where there are none yet, or the file is damaged.</summary>
    public IReadOnlyList<Head>? Find()
    {
        try
        {
            return path is not null && File.Exists(path) ? HeadFile.Read(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <returns>Whether they are kept. If the folder cannot be written to, the next run only takes longer.</returns>
    public bool TryKeep(IReadOnlyList<Head> heads)
    {
        if (path is null)
            return false;
        var own = $"{path}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            HeadFile.Write(own, heads);
            File.Move(own, path, overwrite: true);
            foreach (var old in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Prefix + "*.jsonl")
                .OrderByDescending(File.GetLastWriteTimeUtc).Skip(MaximumFiles))
                File.Delete(old);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>By the XDG base directory specification, also on macOS; null without a home folder.</summary>
    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache))
            return Path.Combine(cache, "worker");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 ? Path.Combine(home, ".cache", "worker") : null;
    }
}
