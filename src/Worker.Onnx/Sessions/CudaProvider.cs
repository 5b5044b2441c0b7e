using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Worker.Onnx.Sessions;

/// <summary>Says why CUDA is not available, before the runtime is asked and fails.</summary>
internal static class CudaProvider
{
    private const string ProviderName = "CUDAExecutionProvider";

    private static readonly string Driver = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <returns>What is missing and what to do; null if nothing was found missing.</returns>
    public static string? Missing()
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(ProviderName, StringComparer.Ordinal))
            return "this build of ONNX Runtime has no CUDA provider: there is one for x64, under Linux and Windows";
        if (!NativeLibrary.TryLoad(Driver, out var driver))
            return $"no NVIDIA driver ({Driver} cannot be loaded): install the driver, or give the container its GPU";
        NativeLibrary.Free(driver);
        return null;
    }

    /// <summary>What a failure of the runtime to load its provider means; its own message names the library.</summary>
    public static string Explain(Exception error) =>
        $"ONNX Runtime cannot use its CUDA provider ({error.Message.Trim()}): install what it names of " +
        "libonnxruntime_providers_cuda and libonnxruntime_providers_shared (they come with 'eng/setup --cuda', or " +
        "an image built with CUDA=true), the CUDA runtime libraries and cuDNN 9, where the loader finds them";
}
