using Worker.Core.Heads;
using Worker.Learning.Examples;

namespace Worker.Learning.Reading;

/// <summary>Reads what labels mean: JSON lines, each a label with a description, or examples, or both.</summary>
internal static class DescriptionFile
{
    public const string Example =
        """{"label": "refund", "description": "wants money back", "examples": ["please return my payment"]}""";

    /// <summary>A head carries its examples, and a record on the heads topic must stay small.</summary>
    public const int MaximumExamples = 50;

    private static readonly string[] Keys = ["label", "description", "examples"];

    /// <summary>All labels of a file, in ordinal order.</summary>
    /// <exception cref="ExampleFormatException">Lines that describe no label, a label that comes twice, too many
    /// labels, or none; the message names file and lines.</exception>
    public static SortedDictionary<string, LabelDescription> Read(string path)
    {
        if (!File.Exists(path))
            throw new ExampleFormatException(
                $"{Path.GetFullPath(path)} is not there: name a file of descriptions, a line of it is {Example}");
        var (found, places) = (
            new SortedDictionary<string, LabelDescription>(StringComparer.Ordinal), new Dictionary<string, string>());
        var problems = new RowProblems(path);
        foreach (var read in LineRows.Json(SourceStream.Open(File.OpenRead(path), path, null).Stream, path, Example))
            if (read.Row is null)
                problems.Add(read);
            else if (problems.Take(read, row => Described(row, places)) is { } described)
                found.Add(described.Label, described.Meaning);
        problems.Throw();
        return found.Count switch
        {
            0 => throw new ExampleFormatException($"{path} describes no label: a line of it is {Example}"),
            > LabelNames.Maximum => throw new ExampleFormatException(
                $"{path} describes {found.Count} labels, more than the maximum of {LabelNames.Maximum}: leave some " +
                "out"),
            _ => found,
        };
    }

    private static (DescribedLabel?, string?) Described(DataRow row, Dictionary<string, string> places)
    {
        var names = row.Columns.Names;
        if (names.FirstOrDefault(name => !Keys.Contains(name, StringComparer.Ordinal)) is { } unknown)
            return (null, $"has an unknown key \"{unknown}\": the keys are {string.Join(", ", Keys)}");
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Count)
            return (null, "has a key twice: keep one of them");
        if (row["label"] is not string label || string.IsNullOrWhiteSpace(label))
            return (null, $"has no \"label\" that is a string: write {Example}");
        if (Text(row["description"], "description", out var text) is { } wrong)
            return (null, wrong);
        if (Texts(row["examples"], out var examples) is { } problem)
            return (null, problem);
        var description = new LabelDescription(text, [.. examples]);
        if (!description.PseudoExamples.Any())
            return (null, $"says nothing about '{label}': give a \"description\", or \"examples\", or both");
        // Spellings of one label would be each other's negatives.
        var key = LabelNames.Key(label);
        if (!places.TryAdd(key, row.Place))
            return (null, $"describes '{label}' again, as {places[key]} does: join the two");
        return (new DescribedLabel(label, description), null);
    }

    private static string? Text(object? value, string key, out string? text)
    {
        text = value as string;
        return value is null || !string.IsNullOrWhiteSpace(text) ? null
            : $"has a \"{key}\" that is {JsonValues.Name(value)}: write it as a string";
    }

    private static string? Texts(object? value, out List<string> examples)
    {
        examples = [];
        if (value is null)
            return null;
        if (value is not List<object?> list)
            return $"has \"examples\" that are {JsonValues.Name(value)}: write a list of strings";
        if (list.Count > MaximumExamples)
            return $"has {list.Count} examples, more than the maximum of {MaximumExamples}: keep the best; many " +
                "examples are data to train on (--data)";
        foreach (var item in list)
        {
            if (item is not string text || string.IsNullOrWhiteSpace(text))
                return $"has an example that is {JsonValues.Name(item)}: write it as a string";
            examples.Add(text);
        }
        return null;
    }

    private sealed record DescribedLabel(string Label, LabelDescription Meaning);
}
