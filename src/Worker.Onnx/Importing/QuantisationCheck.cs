using System.Collections.Immutable;
using Worker.Core.Encoders;
using Worker.Core.Features;
using Worker.Onnx.Bundles;
using Worker.Onnx.Graph;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Importing;

/// <summary>Measures what int8 changes, so that whoever imports an encoder sees it before using it.</summary>
internal static class QuantisationCheck
{
    /// <param name="bundle">With its stored outputs of f32.</param>
    /// <param name="layout">All of its features.</param>
    public static QuantisationReport Run(EncoderBundle bundle, FeatureLayout layout)
    {
        using var int8 = Open(bundle, layout, Variant.Int8);
        var (mean, minimum) = DeviceCheck.Compare(int8, bundle);
        if (int8.OwnLabels == 0)
            return new QuantisationReport(mean, minimum, null);
        using var float32 = Open(bundle, layout, Variant.Float32);
        var largest = 0f;
        foreach (var text in bundle.Metadata.SelfCheck)
            foreach (var (exact, quantised) in Logits(float32, text).Zip(Logits(int8, text)))
                largest = Math.Max(largest, Math.Abs(exact - quantised));
        return new QuantisationReport(mean, minimum, largest);
    }

    private static Encoder Open(EncoderBundle bundle, FeatureLayout layout, Variant variant) => EncoderFactory.Open(
        bundle, layout,
        new SessionPlan(Device.Cpu, variant, SessionSettings.Threads(0), OwnLogits: !bundle.OwnLabels.IsEmpty),
        remark: "");

    private static float[] Logits(Encoder encoder, ImmutableArray<int> text)
    {
        var logits = new float[encoder.OwnLabels];
        encoder.Score(new MicroBatch(text.AsSpan(), [text.Length]), logits);
        return logits;
    }
}
