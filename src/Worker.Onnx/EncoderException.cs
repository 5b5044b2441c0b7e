using Worker.Core;

namespace Worker.Onnx;

/// <summary>
/// An encoder that cannot be imported, opened or run. The message names the file, the tensor, field or device, and
/// what to do.
/// </summary>
public sealed class EncoderException : UserFacingException
{
    public EncoderException(string message) : base(message)
    {
    }

    public EncoderException(string message, Exception cause) : base(message, cause)
    {
    }
}
