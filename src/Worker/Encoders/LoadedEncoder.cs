using Worker.Core.Encoders;
using Worker.Core.Tokenization;
using Worker.Onnx.Bundles;
using Worker.Onnx.Sessions;

namespace Worker.Encoders;

/// <summary>An encoder on its device together with the tokenizer of its bundle.</summary>
internal sealed record LoadedEncoder(EncoderBundle Bundle, IEncoder Encoder, WordPieceTokenizer Tokenizer) : IDisposable
{
    /// <exception cref="Onnx.EncoderException">The bundle is missing, changed or unusable on this device.</exception>
    public static LoadedEncoder Open(EncoderSection options) => Open(options.Bundle, options.ToOptions());

    /// <summary>
    /// The runtime as it comes: one session of the graph as it is stored, all threads on each micro-batch. To compare
    /// with.
    /// </summary>
    /// <exception cref="Onnx.EncoderException">As <see cref="Open(EncoderSection)"/>.</exception>
    public static LoadedEncoder OpenAsItComes(EncoderSection options) => Open(
        options.Bundle, options.ToOptions() with { BatchThreads = EncoderOptions.MaximumThreads, AsStored = true });

    public void Dispose() => Encoder.Dispose();

    private static LoadedEncoder Open(string folder, EncoderOptions options)
    {
        var bundle = EncoderBundle.Open(folder);
        var tokenizer = TokenizerFolder.Open(bundle);
        return new LoadedEncoder(bundle, EncoderFactory.Create(bundle, options), tokenizer);
    }
}
