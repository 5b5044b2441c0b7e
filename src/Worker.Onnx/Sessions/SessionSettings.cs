using Microsoft.ML.OnnxRuntime;

namespace Worker.Onnx.Sessions;

/// <summary>How sessions are set up.</summary>
internal static class SessionSettings
{
    /// <summary>
    /// How long an idle compute thread looks for work before it sleeps, µs. By default the runtime spins forever. On a
    /// quiet machine of 2 cores that is 2% faster, but next to other busy threads (a tokenizer, a consumer) it halved
    /// the throughput; without any spinning throughput falls by 7%.
    /// </summary>
    private const string SpinMicroseconds = "50";

    /// <param name="folder">Where the weight files are that the graph refers to.</param>
    /// <param name="threads">0: as many as the process may use.</param>
    public static SessionOptions Cpu(string folder, int threads)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = Threads(threads),
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // It keeps a plan for every shape ever seen, and nearly every micro-batch has a new one; it was also
            // measured to be slower.
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.spin_duration_us", SpinMicroseconds);
        // The graph is passed as bytes, so the runtime must be told where its weights are.
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        return options;
    }

    /// <summary>The same with the CUDA provider in front.</summary>
    /// <exception cref="OnnxRuntimeException">The provider cannot be loaded.</exception>
    public static SessionOptions Cuda(string folder, int threads)
    {
        var options = Cpu(folder, threads);
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["device_id"] = "0",
                // By default the arena doubles whenever a larger shape comes.
                ["arena_extend_strategy"] = "kSameAsRequested",
            });
            options.AppendExecutionProvider_CUDA(cuda);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    // Not left to the runtime, which counts the machine's cores instead of those that the container may use.
    public static int Threads(int threads) => threads > 0 ? threads : Environment.ProcessorCount;
}
