using System.CommandLine;
using Worker.Encoders;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker import: a Hugging Face folder becomes an encoder bundle.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder")
        {
            Description =
                "Hugging Face folder: config.json, model.safetensors, vocab.txt or tokenizer.json (BERT or DistilBERT)",
        };
        var destination = new Option<string>("--out")
        {
            Description = "Folder for the bundle: new or empty; with --force it may hold an earlier bundle",
            Required = true
        };
        var force = new Option<bool>("--force") { Description = "Replace an earlier bundle in that folder" };
        var command = new Command("import", "Turn a Hugging Face BERT or DistilBERT folder into an encoder bundle")
        {
            folder, destination, force,
        };
        command.SetAction(parsed =>
            Run(parsed.GetValue(folder)!, parsed.GetValue(destination)!, parsed.GetValue(force)));
        return command;
    }

    private static int Run(string folder, string destination, bool force)
    {
        if (!Directory.Exists(folder))
            throw new UserError(
                $"{Path.GetFullPath(folder)} is not there: name the folder that holds config.json and " +
                "model.safetensors");
        OutputPath.Folder("--out", destination);
        if (!force && ModelFolder.IsBundle(destination))
            throw new UserError(
                $"--out {destination} already holds an encoder bundle: name another folder, or replace it with " +
                "--force");
        var bundle = ModelFolder.Import(folder, destination);
        Console.WriteLine(
            $"{bundle.Architecture}; up to {bundle.MaxTokens} tokens; features {string.Join(", ", bundle.Features)}");
        if (bundle.OwnLabels.Length > 0)
            Console.WriteLine($"own classification head: {string.Join(", ", bundle.OwnLabels)}");
        Console.WriteLine($"encoder {bundle.Hash}");
        Console.WriteLine($"written to {destination}");
        return ExitCode.Done;
    }
}
