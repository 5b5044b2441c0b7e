using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Worker.Core.Encoders;
using Worker.Core.Heads;

namespace Worker.Onnx.Sessions;

/// <summary>
/// One caller's way through a session: inputs are in memory that is reused from call to call, outputs are written
/// directly to the caller's memory. One caller at a time; lanes of one session run side by side and share its weights.
/// </summary>
/// <param name="session">The session, which any number of lanes share.</param>
/// <param name="width">Floats in a feature vector.</param>
internal sealed unsafe class EncoderLane(InferenceSession session, int width) : IDisposable
{
    private readonly OrtIoBinding binding = session.CreateIoBinding();
    private readonly RunOptions run = new();
    private readonly PaddedBatch padded = new();
    private readonly long[] outputShape = new long[2];
    private BoundHeads? heads;

    /// <summary>Lays a micro-batch and heads out for the session.</summary>
    /// <exception cref="ArgumentException">A length or an id is out of range, or the heads do not fit.</exception>
    public void Bind(in MicroBatch batch, HeadMatrix matrix, int maxTokens, int vocabularySize)
    {
        // Outputs of the previous call point into memory that its caller owns again.
        binding.ClearBoundOutputs();
        padded.Fill(batch, maxTokens, vocabularySize);
        padded.Bind(binding);
        (heads ??= new BoundHeads(binding, width)).Bind(matrix);
    }

    /// <summary>
    /// Where an output is written: [rows, columns] at an address that stays until <see cref="Run"/> ends.
    /// </summary>
    public void BindOutput(string name, float* address, int rows, int columns)
    {
        outputShape[0] = rows;
        outputShape[1] = columns;
        using var value =
            OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, outputShape,
            (nint)address, sizeof(float) * (long)rows * columns);
        binding.BindOutput(name, value);
    }

    public void Run() => session.RunWithBinding(run, binding);

    public void Dispose()
    {
        heads?.Dispose();
        binding.Dispose();
        run.Dispose();
        padded.Dispose();
    }
}
