using System.Collections.Concurrent;
using Worker.Onnx.Bundles;
using Worker.Onnx.Importing;

[assembly: AssemblyFixture(typeof(ImportedModels))]

namespace Worker.Onnx.Tests.Fixtures;

/// <summary>The golden models and the default encoder, each imported once for all tests.</summary>
public sealed class ImportedModels : IDisposable
{
    public const string MiniLm = "all-minilm-l6-v2";

    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly ConcurrentDictionary<string, Lazy<EncoderBundle>> bundles = new(StringComparer.Ordinal);

    public EncoderBundle this[string model] => bundles.GetOrAdd(model, name => new Lazy<EncoderBundle>(() =>
    {
        EncoderImporter.Import(Source(name), folder.File(name), TokenizeAsGolden(name));
        return EncoderBundle.Open(folder.File(name));
    })).Value;

    /// <summary>A model's Hugging Face folder.</summary>
    public static string Source(string model) =>
        model == MiniLm ? Repository.MiniLm : Repository.Golden("models", model);

    /// <summary>Replaces the tokenizer: hands out the golden texts' ids one after the other.</summary>
    public static Func<FolderTokenizer> TokenizeAsGolden(string model)
    {
        var texts = GoldenText.Read(model);
        var next = 0;
        return Tokenizer(_ => texts[next++ % texts.Length].Ids);
    }

    /// <summary>A tokenizer with such ids, and a vocabulary that fits every checkpoint.</summary>
    public static Func<FolderTokenizer> Tokenizer(Func<string, int[]> encode, int idLimit =
        1, bool lowersCase = true) =>
        () => new FolderTokenizer(encode, idLimit, lowersCase);

    public void Dispose() => folder.Dispose();
}
