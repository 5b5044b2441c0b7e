using Microsoft.ML.OnnxRuntime;

namespace Worker.Onnx.Sessions;

/// <summary>How sessions are set up.</summary>
internal static class SessionSettings
{
    /// <param name="folder">Where the weight files are that the graph refers to.</param>
    /// <param name="threads">0 for as many as the process may use.</param>
    public static SessionOptions Cpu(string folder, int threads)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            // Not left to the runtime, which counts the machine's cores and not those the container may use.
            IntraOpNumThreads = threads > 0 ? threads : Environment.ProcessorCount,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.EnableMemoryPattern = Environment.GetEnvironmentVariable("PATTERN") is not null;
        if (Environment.GetEnvironmentVariable("SPIN") is { } spin) options.AddSessionConfigEntry("session.intra_op.allow_spinning", spin);
        if (Environment.GetEnvironmentVariable("ARENA") is { } ) options.EnableCpuMemArena = false;
        if (Environment.GetEnvironmentVariable("DUMP") is { } dump) { options.OptimizedModelFilePath = dump; } if (Environment.GetEnvironmentVariable("PROF") is { } prof) { options.ProfileOutputPathPrefix = prof; options.EnableProfiling = true; }
        // The graph is handed over as bytes, so the runtime is told where its weights are.
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        return options;
    }
}
