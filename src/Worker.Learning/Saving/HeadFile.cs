using System.Text;
using Worker.Core.Heads;

namespace Worker.Learning.Saving;

/// <summary>
/// Heads as JSON lines, one <see cref="HeadJson"/> record per line, as training writes them and a worker loads them.
/// </summary>
internal static class HeadFile
{
    /// <summary>
    /// Writes the heads in the order given. The file appears complete or not at all: it is written under another name,
    /// then moved into place.
    /// </summary>
    /// <exception cref="HeadFormatException">A head cannot be written; no file is left.</exception>
    public static void Write(string path, IEnumerable<Head> heads)
    {
        var half = path + ".part";
        try
        {
            using (var stream = File.Create(half))
            {
                foreach (var head in heads)
                {
                    stream.Write(HeadJson.Serialize(head));
                    stream.WriteByte((byte)'\n');
                }
            }
            File.Move(half, path, overwrite: true);
        }
        finally
        {
            File.Delete(half);
        }
    }

    /// <summary>Reads all heads of a file, in its order.</summary>
    /// <exception cref="FormatException">There is no such file, a line is not a head, a label comes twice, or there are
    /// neither heads nor an anomaly reference next to it; the message names file, line and field.</exception>
    public static IReadOnlyList<Head> Read(string path)
    {
        if (!File.Exists(path))
            throw new FormatException(Directory.Exists(path)
                ? $"{path} is a folder: name a heads file in it, as 'worker train --out' writes it"
                : $"{Path.GetFullPath(path)} is not there: name a heads file, as 'worker train --out' writes it");
        var heads = new List<Head>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            var head = Parse(line, path, number);
            if (!lines.TryAdd(head.Label, number))
                throw new FormatException(
                    $"{path}, line {number}: label '{head.Label}' already has a head in line {lines[head.Label]}: " +
                    "keep one of them");
            heads.Add(head);
        }
        return heads.Count > 0 || File.Exists(AnomalyFile.PathBeside(path))
            ? heads
            : throw new FormatException($"{path} has no heads: train some first");
    }

    private static Head Parse(string line, string path, int number)
    {
        try
        {
            return HeadJson.Parse(Encoding.UTF8.GetBytes(line));
        }
        catch (HeadFormatException broken)
        {
            throw new FormatException($"{path}, line {number}: {broken.Message}", broken);
        }
    }
}
