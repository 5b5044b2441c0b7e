using System.Collections.Immutable;
using System.Text;

namespace Worker.Learning.Reading;

/// <summary>How a data file is read, beyond what its content tells.</summary>
internal sealed record ReadingOptions
{
    /// <summary>Default: detected by content.</summary>
    public DataFormat Format { get; init; } = DataFormat.Auto;

    /// <summary>
    /// Columns (keys of JSON objects) that make up the text, joined by a blank line; none for <c>text</c>.
    /// </summary>
    public ImmutableArray<string> TextColumns { get; init; } = [];

    /// <summary>The column that names a text's labels; null for <c>labels</c> or <c>label</c>.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>
    /// Columns that are each the answer to the label they are named after; none for a column of names.
    /// </summary>
    public ImmutableArray<string> LabelColumns { get; init; } = [];

    /// <summary>
    /// The text between several labels in one cell; null for a comma, except in the column <c>label</c>, which holds
    /// one label. "" for none: a cell is one label.
    /// </summary>
    public string? LabelSeparator { get; init; }

    /// <summary>Whether labels that differ only in case, spaces or Unicode form are joined.</summary>
    public bool NormaliseLabels { get; init; }

    /// <summary>The encoding; null for UTF-8, or UTF-16 or UTF-32 if a byte order mark says so.</summary>
    public Encoding? Encoding { get; init; }

    /// <summary>Whether the options name columns, which only a file with columns has.</summary>
    internal bool NamesColumns => !TextColumns.IsEmpty || LabelColumn is not null || !LabelColumns.IsEmpty;

    /// <summary>An encoding by its name, e.g. windows-1252; it refuses bytes that it does not know.</summary>
    /// <returns>Null for an unknown name.</returns>
    public static Encoding? FindEncoding(string name)
    {
        try
        {
            var found = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
            return Strict(found);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    internal static Encoding Strict(Encoding encoding)
    {
        var strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return strict;
    }
}

/// <summary>What a data file holds.</summary>
internal enum DataFormat
{
    /// <summary>What its content looks like.</summary>
    Auto,

    /// <summary>One JSON object per line.</summary>
    JsonLines,

    /// <summary>One JSON array of objects, or of strings.</summary>
    Json,

    /// <summary>A header and rows of fields between commas, semicolons, tabs or bars.</summary>
    Csv,

    /// <summary>One text per line.</summary>
    Lines,

    Parquet,
}
