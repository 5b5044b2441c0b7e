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
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = plan.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        if (Environment.GetEnvironmentVariable("DUMP") is { } dump) { options.OptimizedModelFilePath = dump; }
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", bundle.Folder);
        var stored = ModelProto.Parser.ParseFrom(File.ReadAllBytes(bundle.GraphPath(plan.Variant)));
        var session = new InferenceSession(GraphSelection.Select(stored, layout, plan.OwnLogits), options);
        return new Encoder(bundle, layout, session, plan.OwnLogits, $"{plan.Device} {plan.Variant}");
    }
}
