using Worker.Core.Encoders;
using Worker.Core.Tokenization;
using Worker.Onnx.Bundles;
using Worker.Onnx.Sessions;

namespace Worker.Encoders;

/// <summary>An encoder on its device together with the tokenizer of its bundle.</summary>
internal sealed record LoadedEncoder(EncoderBundle Bundle, IEncoder Encoder, WordPieceTokenizer Tokenizer) : IDisposable
{
    /// <exception cref="Onnx.EncoderException">The bundle is missing, changed or unusable on this device.</exception>
    public static LoadedEncoder Open(EncoderSection options)
    {
        var bundle = EncoderBundle.Open(options.Bundle);
        var tokenizer = TokenizerFolder.Open(bundle);
        return new LoadedEncoder(bundle, EncoderFactory.Create(bundle, options.ToOptions()), tokenizer);
    }

    public void Dispose() => Encoder.Dispose();
}
