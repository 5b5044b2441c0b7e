using Worker.Core.Tokenization;
using Worker.Onnx.Bundles;
using Worker.Onnx.Importing;
using Worker.Terminal;

namespace Worker.Encoders;

/// <summary>
/// A model named on the command line: an encoder bundle, or a Hugging Face folder that is imported for this one run.
/// </summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly DirectoryInfo? temporary;

    private ModelFolder(string bundle, DirectoryInfo? temporary)
    {
        Bundle = bundle;
        this.temporary = temporary;
    }

    /// <summary>The bundle's folder.</summary>
    public string Bundle { get; }

    public static ModelFolder Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UserError(
                $"{Path.GetFullPath(folder)} is {(File.Exists(folder) ? "a file" : "not there")}: name the folder of " +
                "an encoder bundle ('worker import' makes one) or a Hugging Face folder");
        if (IsBundle(folder) || !File.Exists(Path.Combine(folder, "config.json")))
            return new ModelFolder(folder, null);
        Remarks.Write(
            $"{folder} is not a bundle: importing it for this run ('worker import' saves the bundle)");
        var made = Directory.CreateTempSubdirectory("worker-bundle-");
        try
        {
            Import(folder, made.FullName);
        }
        catch
        {
            made.Delete(recursive: true);
            throw;
        }
        return new ModelFolder(made.FullName, made);
    }

    /// <summary>Whether a folder is an encoder bundle, of any encoder.</summary>
    public static bool IsBundle(string folder) => File.Exists(Path.Combine(folder, "encoder.json"));

    /// <summary>Imports a Hugging Face folder with its own tokenizer.</summary>
    /// <param name="prompt">The name of the prompt to put before texts; null for the folder's default, empty for
    /// none.</param>
    /// <param name="longTexts">How texts beyond the token limit are read; null to cut them.</param>
    public static EncoderBundle Import(
        string folder, string destination, string? prompt = null, LongTexts? longTexts = null) =>
        EncoderImporter.Import(
            folder, destination, () => OpenTokenizer(folder), line => Remarks.Write($"{folder}: {line}"),
            prompt, longTexts);

    /// <summary>Imports several fine-tuned checkpoints of one base as one encoder.</summary>
    /// <param name="prompt">As for one folder.</param>
    /// <param name="longTexts">As for one folder.</param>
    public static EncoderBundle Merge(
        IReadOnlyList<string> folders, string destination, string? prompt = null, LongTexts? longTexts = null) =>
        EncoderImporter.Merge(
            folders, destination, OpenTokenizer, (folder, line) => Remarks.Write($"{folder}: {line}"), prompt,
            longTexts);

    /// <summary>The heads file that a path means: a bundle's folder means the heads that its import made.</summary>
    /// <exception cref="UserError">It is a bundle without heads.</exception>
    public static string HeadsFile(string path)
    {
        if (!Directory.Exists(path) || !IsBundle(path))
            return path;
        return EncoderBundle.Open(path).HeadsPath ?? throw new UserError(
            $"{path} is an encoder bundle without heads: none of its checkpoints has a classifier of its own, so " +
            "train heads with 'worker train'");
    }

    private static FolderTokenizer OpenTokenizer(string folder)
    {
        var tokenizer = TokenizerFolder.Open(folder);
        return new FolderTokenizer(
            text => Ids(tokenizer, System.Text.Encoding.UTF8.GetBytes(text)), tokenizer.Definition.IdLimit,
            tokenizer.Definition.Settings.LowerCase)
        {
            Definition = tokenizer.Definition,
        };
    }

    /// <summary>All token ids of a text; [CLS] and [SEP] included.</summary>
    public static int[] Ids(WordPieceTokenizer tokenizer, byte[] text, int maxTokens = int.MaxValue)
    {
        // A token takes at least one byte of the text, so this is never too short.
        var ids = new int[Math.Min(maxTokens, text.Length + 2)];
        var count = tokenizer.Encode(text, ids, out _);
        return ids[..count];
    }

    public void Dispose() => temporary?.Delete(recursive: true);
}
