using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Onnx.Importing;

namespace Worker.Tests;

/// <summary>
/// The golden bert-tiny (4 layers of 48) as a bundle, and heads on it with predictable answers; one for all tests.
/// </summary>
public sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();

    public TinyModel()
        : this(null)
    {
    }

    /// <summary>One that reads texts beyond its 64 tokens in chunks.</summary>
    internal TinyModel(LongTexts? longTexts)
    {
        Bundle = folder.File("bundle");
        Hash = ModelFolder.Import(
            Repository.Golden("models", "bert-tiny"), Bundle, longTexts: longTexts).Hash;
    }

    public string Bundle { get; }

    public string Hash { get; }

    internal EncoderSection Section => new() { Bundle = Bundle, Device = "cpu", Threads = 1 };

    /// <summary>A head that gives every text the same probability, σ(bias).</summary>
    public Head Head(string label, int version = 1, float bias = 0) => new()
    {
        Label = label,
        Version = version,
        Encoder = Hash,
        Feature = "mean",
        Weights = new float[48],
        Bias = bias,
    };

    public void Dispose() => folder.Dispose();
}
