using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Worker.Core.Encoders;
using Worker.Onnx.Graph;

namespace Worker.Onnx.Sessions;

/// <summary>
/// A micro-batch laid out as the graph takes it: ids and mask, [texts, longest text], in reused memory.
/// </summary>
internal sealed class PaddedBatch : IDisposable
{
    private readonly NativeBuffer<int> ids = new();
    private readonly NativeBuffer<float> mask = new();
    private readonly long[] shape = new long[2];

    /// <summary>Copies a batch.</summary>
    /// <exception cref="ArgumentException">A length or id is out of range.</exception>
    public void Fill(in MicroBatch batch, int maxTokens, int vocabularySize)
    {
        var (total, longest) = Measure(batch, maxTokens);
        if (total != batch.Ids.Length)
            throw new ArgumentException(
                $"the lengths add up to {total} tokens, there are {batch.Ids.Length} ids", nameof(batch));
        shape[0] = batch.Count;
        shape[1] = longest;
        var cells = checked(batch.Count * longest);
        var idRows = ids.Take(cells);
        var maskRows = mask.Take(cells);
        var rest = batch.Ids;
        foreach (var length in batch.Lengths)
        {
            var text = rest[..length];
            CheckIds(text, vocabularySize);
            text.CopyTo(idRows);
            idRows[length..longest].Clear();
            maskRows[..length].Fill(1);
            maskRows[length..longest].Clear();
            rest = rest[length..];
            idRows = idRows[longest..];
            maskRows = maskRows[longest..];
        }
    }

    public void Bind(OrtIoBinding binding)
    {
        var cells = shape[0] * shape[1];
        using var idValue = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Int32, shape, ids.Address, sizeof(int) * cells);
        binding.BindInput(GraphNames.Ids, idValue);
        using var maskValue = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, mask.Address, sizeof(float) * cells);
        binding.BindInput(GraphNames.Mask, maskValue);
    }

    public void Dispose()
    {
        ids.Dispose();
        mask.Dispose();
    }

    private static (long Total, int Longest) Measure(in MicroBatch batch, int maxTokens)
    {
        var total = 0L;
        var longest = 0;
        foreach (var length in batch.Lengths)
        {
            if (length < 1 || length > maxTokens)
                throw new ArgumentException(
                    $"a text has {length} tokens, the encoder takes 1 to {maxTokens}: cut it first", nameof(batch));
            total += length;
            longest = Math.Max(longest, length);
        }
        return (total, longest);
    }

    private static void CheckIds(ReadOnlySpan<int> ids, int vocabularySize)
    {
        foreach (var id in ids)
            if ((uint)id >= (uint)vocabularySize)
                throw new ArgumentException(
                    $"token id {id} is outside of the encoder's vocabulary of {vocabularySize}: the tokenizer " +
                    "belongs to another encoder", nameof(ids));
    }
}
