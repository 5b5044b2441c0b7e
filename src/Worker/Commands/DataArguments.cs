using System.CommandLine;
using Worker.Learning.Reading;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>Options for reading a data file; what is clear from its content needs no option.</summary>
internal sealed class DataArguments
{
    /// <summary>What --data takes, for help texts.</summary>
    public const string Formats =
        "JSON lines, a JSON array, CSV, TSV or Parquet, optionally gzipped, detected by content";

    private readonly Option<string?> text = new("--text-column")
    {
        Description =
            "Column (key) that holds the text; several, separated by commas, are joined: title,body. Default: text",
    };

    private readonly Option<string?> label = new("--label-column")
    {
        Description = "Column with the names of a text's labels. Default: labels; or label, which holds one",
    };

    private readonly Option<string?> labels = new("--label-columns")
    {
        Description = "Columns, separated by commas; each is a label, answered with 0 or 1, no or yes",
    };

    private readonly Option<string?> separator = new("--label-separator")
    {
        Description = "Text between several labels in one cell; \"\" for none. Default: a comma",
    };

    private readonly Option<bool> normalise = new("--normalise-labels")
    {
        Description = "Join labels that differ only in case, spaces or Unicode form",
    };

    private readonly Option<string?> encoding = new("--encoding")
    {
        Description =
            "Encoding of the file, e.g. windows-1252. Default: UTF-8, or UTF-16 if the file says so",
    };

    private readonly Option<string> format = CheckedOptions.Choice(
        "--format", "Format of the file; lines: one text per line", "auto", "auto", "json-lines", "json", "csv",
        "lines", "parquet");

    /// <summary>Adds all options, for commands that learn from labels.</summary>
    public void AddTo(Command command)
    {
        AddTextTo(command);
        foreach (var option in new Option[] { label, labels, separator, normalise })
            command.Add(option);
    }

    /// <summary>Adds the options that matter for texts alone.</summary>
    public void AddTextTo(Command command)
    {
        foreach (var option in new Option[] { text, encoding, format })
            command.Add(option);
    }

    /// <exception cref="UserError">Two options contradict each other, or an encoding is unknown.</exception>
    public ReadingOptions Read(ParseResult parsed)
    {
        var options = ReadText(parsed) with
        {
            LabelColumn = parsed.GetValue(label),
            LabelColumns = [.. Names(parsed.GetValue(labels))],
            LabelSeparator = parsed.GetValue(separator),
            NormaliseLabels = parsed.GetValue(normalise),
        };
        return options.LabelColumn is null || options.LabelColumns.IsEmpty ? options : throw new UserError(
            "--label-column names the column with label names, --label-columns the columns that are each a label: " +
            "give only one of the two",
            ExitCode.Usage);
    }

    /// <inheritdoc cref="Read"/>
    public ReadingOptions ReadText(ParseResult parsed) => new()
    {
        TextColumns = [.. Names(parsed.GetValue(text))],
        Encoding = parsed.GetValue(encoding) is not { } name
            ? null
            : ReadingOptions.FindEncoding(name) ?? throw new UserError(
            $"--encoding {name} is unknown: e.g. utf-8, utf-16, windows-1252, iso-8859-1, shift_jis", ExitCode.Usage),
        Format = parsed.GetValue(format) switch
        {
            "json-lines" => DataFormat.JsonLines,
            "json" => DataFormat.Json,
            "csv" => DataFormat.Csv,
            "lines" => DataFormat.Lines,
            "parquet" => DataFormat.Parquet,
            _ => DataFormat.Auto,
        },
    };

    private static IEnumerable<string> Names(string? list) =>
        list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
