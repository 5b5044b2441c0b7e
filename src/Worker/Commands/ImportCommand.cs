using System.CommandLine;
using Worker.Encoders;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker import: one Hugging Face folder, or several that share a base, become an encoder bundle.</summary>
internal static class ImportCommand
{
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
        var command = new Command("import", "Turn Hugging Face BERT or DistilBERT folders into an encoder bundle")
        {
            folders, destination, prompt, force,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetValue(folders)!, parsed.GetValue(destination)!, parsed.GetValue(prompt),
                parsed.GetValue(force)));
        return command;
    }

    private static int Run(string[] folders, string destination, string? prompt, bool force)
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
            ? ModelFolder.Import(folders[0], destination, prompt)
            : ModelFolder.Merge(folders, destination, prompt);
        Console.WriteLine(
            $"{bundle.Architecture}; up to {bundle.MaxTokens} tokens; features {string.Join(", ", bundle.Features)}");
        foreach (var line in SharingReport.Lines(bundle))
            Console.WriteLine(line);
        if (bundle.OwnLabels.Length > 0 && bundle.Merged.IsEmpty)
            Console.WriteLine($"own classification head: {string.Join(", ", bundle.OwnLabels)}");
        Console.WriteLine($"encoder {bundle.Hash}");
        Console.WriteLine($"written to {destination}");
        if (bundle.HeadsPath is { } heads)
            Console.WriteLine($"heads of its own classifiers, not calibrated yet: {heads}");
        return ExitCode.Done;
    }
}
