using System.CommandLine;
using System.Globalization;
using Worker.Core.Encoders;
using Worker.Encoders;
using Worker.Onnx.Bundles;
using Worker.Onnx.Importing;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker import: one Hugging Face folder, or several that share a base, become an encoder bundle.</summary>
internal static class ImportCommand
{
    private const string Cut = "cut";

    public static Command Create()
    {
        var folders = new Argument<string[]>("folders")
        {
            Description =
                "Hugging Face folder: config.json, model.safetensors, vocab.txt or tokenizer.json (BERT or " +
                "DistilBERT). Several classifiers that were fine-tuned from one checkpoint become one encoder, which " +
                "computes the layers that they share once",
            Arity = ArgumentArity.OneOrMore,
        };
        var destination = new Option<string>("--out")
        {
            Description = "Folder for the bundle: new or empty; with --force it may hold an earlier bundle",
            Required = true
        };
        var force = new Option<bool>("--force") { Description = "Replace an earlier bundle in that folder" };
        var prompt = new Option<string?>("--prompt")
        {
            Description =
                "Which prompt of a sentence-transformers folder is put before every text, by its name; '' for none. " +
                "Default: the folder's default prompt",
        };
        var longTexts = CheckedOptions.Choice(
            "--long-texts",
            "How texts beyond the encoder's token limit are read: cut there, or in overlapping chunks; mean: of " +
            "their features; max: a label's most probable chunk counts", Cut, Cut, "mean", "max");
        var overlap = CheckedOptions.Number(
            "--overlap", "With chunks: tokens that neighbouring ones share", LongTexts.UsualOverlap,
            new NumberRange<int>(0, 256));
        var maximum = CheckedOptions.Number(
            "--max-chunks", "With chunks: the most of a text; what goes beyond is cut", LongTexts.UsualChunks,
            new NumberRange<int>(2, Chunking.MostChunks));
        var tokens = CheckedOptions.Number(
            "--chunk-tokens",
            "With chunks: the longest; a longer text is read in several. 0 for the encoder's limit", 0,
            new NumberRange<int>(8, 8192) { Or = 0 });
        var command = new Command("import", "Turn Hugging Face BERT or DistilBERT folders into an encoder bundle")
        {
            folders, destination, prompt, longTexts, tokens, overlap, maximum, force,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetValue(folders)!, parsed.GetValue(destination)!, parsed.GetValue(prompt),
                parsed.GetValue(longTexts) is { } pooling and not Cut
                    ? new LongTexts(
                        Enum.Parse<ChunkPooling>(pooling, ignoreCase: true), parsed.GetValue(overlap),
                        parsed.GetValue(maximum), parsed.GetValue(tokens))
                    : null,
                parsed.GetValue(force)));
        return command;
    }

    private static string Precision(QuantisationReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"int8 against f32 on sample texts: cosine of the features {report.MeanCosine:F4}, at least " +
        $"{report.MinimumCosine:F4}") + (report.LargestLogitChange is { } change
            ? string.Create(CultureInfo.InvariantCulture, $"; largest change of a logit {change:F3}") : "");

    private static int Run(string[] folders, string destination, string? prompt, LongTexts? longTexts, bool force)
    {
        foreach (var folder in folders)
            if (!Directory.Exists(folder))
                throw new UserError(
                    $"{Path.GetFullPath(folder)} is not there: name the folder that holds config.json and " +
                    "model.safetensors");
        OutputPath.Folder("--out", destination);
        if (!force && ModelFolder.IsBundle(destination))
            throw new UserError(
                $"--out {destination} already holds an encoder bundle: name another folder, or replace it with " +
                "--force");
        var bundle = folders.Length == 1
            ? ModelFolder.Import(folders[0], destination, prompt, longTexts)
            : ModelFolder.Merge(folders, destination, prompt, longTexts);
        Console.WriteLine(
            $"{bundle.Architecture}; up to {bundle.MaxTokens} tokens; features {string.Join(", ", bundle.Features)}");
        if (bundle.Chunking is { } chunking)
            Console.WriteLine(
                $"texts of more than {chunking.RowTokens:N0} tokens: up to {chunking.MaximumTokens:N0} in up to " +
                $"{chunking.Maximum:N0} chunks, which share {chunking.Overlap:N0} tokens; joined by their " +
                chunking.Pooling.ToString().ToLowerInvariant());
        foreach (var line in SharingReport.Lines(bundle))
            Console.WriteLine(line);
        if (bundle.OwnLabels.Length > 0 && bundle.Merged.IsEmpty)
            Console.WriteLine($"own classification head: {string.Join(", ", bundle.OwnLabels)}");
        Console.WriteLine(Precision(bundle.Int8!));
        Console.WriteLine($"encoder {bundle.Hash}");
        Console.WriteLine($"written to {destination}");
        if (bundle.HeadsPath is { } heads)
            Console.WriteLine($"heads of its own classifiers, not calibrated yet: {heads}");
        return ExitCode.Done;
    }
}
