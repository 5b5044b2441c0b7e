using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Worker.Classifying;
using Worker.Core.Anomaly;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Reading;
using Worker.Learning.Saving;
using Worker.Onnx.Bundles;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Commands;

/// <summary>worker classify: texts of a file or a pipe in, results out, without Kafka.</summary>
internal sealed class ClassifyCommand
{
    private const string Standard = "-";

    private readonly Argument<string> file = new("file")
    {
        Description = $"Texts: one per line, {DataArguments.Formats}; - for standard input",
        DefaultValueFactory = _ => Standard,
    };

    private readonly Option<string?> heads = new("--heads")
    {
        Description =
            "Heads as written by 'train', with the anomaly reference next to them. Default: heads trained on the " +
            "sample inbox",
    };

    private readonly Option<string> form = CheckedOptions.Choice(
        "--as",
        "json: one record of the results topic per line, with the row (from 1) as offset; table: for people; auto: " +
        "table on a terminal, otherwise json",
        "auto", "auto", "json", "table");

    private readonly Option<string?> destination = new("--out")
    {
        Description = "File for the results. Default: standard output",
    };
    private readonly DataArguments reading = new();
    private readonly ModelOptions model = new();

    public static Command Create() => new ClassifyCommand().Build();

    private Command Build()
    {
        var command = new Command("classify", "Classify texts of a file or of standard input, without Kafka")
        {
            file, heads, form, destination,
        };
        reading.AddTextTo(command);
        model.AddTo(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(parsed, stop)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken stop)
    {
        var path = parsed.GetValue(file)!;
        OutputPath.File("--out", parsed.GetValue(destination), path, parsed.GetValue(heads));
        // Before the encoder is loaded, so that a mistyped name is reported immediately.
        var options = reading.ReadText(parsed);
        var rows = Rows(path, options);
        using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
        var (given, reference) = Given(parsed, folder);
        var needed = given is null ? [FeatureNames.Taps]
            : given.Select(head => head.Feature).Concat(reference?.Features ?? []).Distinct(StringComparer.Ordinal)
                .ToArray();
        using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle, needed));
        var set = HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features)
            .With(given ?? SampleHeads.Find(loaded, stop));

        var isTable = parsed.GetValue(form) is "table"
            || (parsed.GetValue(form) is "auto" && parsed.GetValue(destination) is null && !Console.IsOutputRedirected);
        using var output = parsed.GetValue(destination) is { } written ? File.Create(written) : StandardOutput();
        using var writer = new StreamWriter(output, leaveOpen: true);
        IResultOutput results = isTable ? new ResultTable(writer) : new ResultLines(output);
        var broken = 0;
        using var texts = new TextReadAhead(
            rows, loaded.Tokenizer, loaded.Encoder.MaxTextTokens, TextClassification.Ahead, isTable, Broken);
        var source = path == Standard ? Standard : Path.GetFileName(path);
        long count;
        try
        {
            count = new TextClassification(loaded, set, reference, source, TimeProvider.System)
                .Run(texts, results, Broken, stop);
        }
        catch (ResultsUnwantedException) when (parsed.GetValue(destination) is null)
        {
            // As with '| head': nobody is left to read a message.
            return ExitCode.Done;
        }
        if (count == 0 && broken == 0)
            throw new UserError($"{Name(path)} holds no text");
        if (broken > 0)
            Console.Error.WriteLine($"{broken:N0} of {count + broken:N0} rows were not classified");
        return broken > 0 ? ExitCode.Failed : ExitCode.Done;

        void Broken(string problem)
        {
            Interlocked.Increment(ref broken);
            Console.Error.WriteLine(problem);
        }
    }

    /// <summary>
    /// The console's own stream does not report that its reader is gone: an endless stream would go on forever.
    /// </summary>
    private static FileStream StandardOutput() => new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, 1);

    private static IEnumerable<TextRow> Rows(string path, ReadingOptions options)
    {
        if (path != Standard)
            return TextFile.Rows(path, options);
        if (!Console.IsInputRedirected)
            Console.Error.WriteLine("reading texts from standard input, one per line; Ctrl-D ends");
        return Later(() => TextFile.Rows(Console.OpenStandardInput(), Name(Standard), options));
    }

    /// <summary>
    /// Opening a pipe waits for its first line. That happens on the reading thread, so the encoder is loaded meanwhile.
    /// </summary>
    private static IEnumerable<TextRow> Later(Func<IEnumerable<TextRow>> open)
    {
        foreach (var row in open())
            yield return row;
    }

    private (IReadOnlyList<Head>? Heads, AnomalyReference? Reference) Given(ParseResult parsed, ModelFolder folder)
    {
        if (parsed.GetValue(heads) is not { } named)
            return (null, null);
        if (!File.Exists(named))
            throw new UserError(
                $"{Path.GetFullPath(named)} is not there: name a heads file, as 'worker train --out' writes it");
        var trained = UsableHeads.Read(named, EncoderBundle.Open(folder.Bundle).Hash);
        var reference = AnomalyFile.Beside(named);
        return trained.Count > 0 || reference is not null ? (trained, reference)
            : throw new UserError(
                $"{named} holds no head for this encoder: train some with 'worker train', or name the encoder of " +
                "these heads with --model");
    }

    private static string Name(string path) => path == Standard ? "standard input" : path;
}
