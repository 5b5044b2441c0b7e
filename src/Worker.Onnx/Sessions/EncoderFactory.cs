using Microsoft.ML.OnnxRuntime;
using Worker.Core.Encoding;
using Worker.Onnx.Bundles;
using Worker.Onnx.Graph;
using Worker.Onnx.Schema;

namespace Worker.Onnx.Sessions;

/// <summary>Opens a bundle on a device.</summary>
public static class EncoderFactory
{
    internal static Encoder Open(EncoderBundle bundle, FeatureLayout layout, SessionPlan plan)
    {
        using var options = SessionSettings.Cpu(bundle.Folder, plan.Threads);
        var stored = ModelProto.Parser.ParseFrom(File.ReadAllBytes(bundle.GraphPath(plan.Variant)));
        var session = new InferenceSession(GraphSelection.Select(stored, layout, plan.OwnLogits), options);
        return new Encoder(bundle, layout, session, plan.OwnLogits, $"{plan.Device} {plan.Variant}");
    }
}
