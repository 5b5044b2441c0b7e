using System.Buffers;
using Worker.Core.Encoders;
using Worker.Core.Heads;

namespace Worker.Core.Windows;

/// <summary>
/// Runs micro-batches of a planned window, one after the other. A micro-batch that fails is halved until the failing
/// text is alone. If even a known good text fails then, the device is broken and the error is thrown. One thread.
/// </summary>
internal sealed class WindowLane(IEncoder encoder, MicroBatchPlan plan)
{
    // Any ids within the vocabulary will do; 0 is in every vocabulary.
    private static readonly int[] KnownGood = [0, 0];

    private readonly ArrayBufferWriter<int> ids = new(1024);
    private int[] lengths = [];
    private float[] batchFeatures = [];
    private float[] batchLogits = [];

    /// <exception cref="Exception">The encoder's own, when the device is broken.</exception>
    public void Run(WindowOutputs outputs, BatchSpan batch)
    {
        try
        {
            RunOnce(outputs, batch);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            if (batch.Count > 1)
            {
                var half = batch.Count / 2;
                Run(outputs, batch with { Count = half });
                Run(outputs, new BatchSpan(batch.Start + half, batch.Count - half));
                return;
            }
            ProveDeviceWorks();
            outputs.Fail(plan.Order[batch.Start], error);
        }
    }

    private void RunOnce(WindowOutputs outputs, BatchSpan batch)
    {
        var (start, count) = batch;
        var width = outputs.HasFeatures ? encoder.Features.Width : 0;
        var labels = outputs.HasLogits ? outputs.Heads.Labels : 0;
        Reserve(ref lengths, count);
        Reserve(ref batchFeatures, count * width);
        Reserve(ref batchLogits, count * labels);
        plan.Pack(outputs.Rows, start, count, ids, lengths);
        encoder.Run(
            new MicroBatch(ids.WrittenSpan, lengths.AsSpan(0, count)), outputs.Heads,
            batchFeatures.AsSpan(0, count * width), batchLogits.AsSpan(0, count * labels));
        for (var i = 0; i < count; i++)
            outputs.Put(
                plan.Order[start + i], batchFeatures.AsSpan(i * width, width), batchLogits.AsSpan(i * labels, labels));
    }

    /// <summary>Throws the device's exception if it fails on a text that it has always accepted.</summary>
    private void ProveDeviceWorks()
    {
        Reserve(ref batchFeatures, encoder.Features.Width);
        encoder.Run(new MicroBatch(KnownGood, [KnownGood.Length]), HeadMatrix.None(encoder.Features),
            batchFeatures.AsSpan(0, encoder.Features.Width), []);
    }

    private static void Reserve<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new T[Math.Max(length, buffer.Length * 2)];
    }
}
