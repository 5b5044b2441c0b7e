using Worker.Core.Anomaly;

namespace Worker.Learning.Saving;

/// <summary>The anomaly reference's file: next to the heads, with the same name and the extension .anomaly.</summary>
internal static class AnomalyFile
{
    /// <summary>heads.jsonl → heads.anomaly.</summary>
    public static string PathBeside(string heads) => Path.ChangeExtension(heads, ".anomaly");

    /// <summary>Reads the reference next to a heads file; null if there is none.</summary>
    /// <exception cref="AnomalyRefusedException">The file is damaged; the message names it.</exception>
    public static AnomalyReference? Beside(string heads) =>
        BytesBeside(heads) is { } bytes ? Parse(bytes, PathBeside(heads)) : null;

    /// <summary>The same as bytes, checked.</summary>
    /// <exception cref="AnomalyRefusedException">The file is damaged; the message names it.</exception>
    public static byte[]? BytesBeside(string heads)
    {
        var path = PathBeside(heads);
        if (!File.Exists(path))
            return null;
        var bytes = File.ReadAllBytes(path);
        Parse(bytes, path);
        return bytes;
    }

    /// <summary>Writes a reference next to a heads file, completely or not at all; null deletes an older one.</summary>
    public static void Write(string heads, AnomalyReference? reference)
    {
        var path = PathBeside(heads);
        if (reference is null)
        {
            File.Delete(path);
            return;
        }
        File.WriteAllBytes(path + ".part", AnomalyFormat.Serialize(reference));
        File.Move(path + ".part", path, overwrite: true);
    }

    private static AnomalyReference Parse(byte[] bytes, string path)
    {
        try
        {
            return AnomalyFormat.Parse(bytes);
        }
        catch (AnomalyRefusedException refused)
        {
            throw new AnomalyRefusedException($"{path}: {refused.Message}", refused);
        }
    }
}
