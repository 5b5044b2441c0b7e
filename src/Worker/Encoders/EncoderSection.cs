using System.ComponentModel.DataAnnotations;
using Worker.Core.Features;
using Worker.Onnx.Sessions;

namespace Worker.Encoders;

/// <summary>Which encoder runs, and how. Section "Encoder".</summary>
internal sealed class EncoderSection
{
    /// <summary>
    /// The bundle's folder, as written by 'worker import'. Default: the default encoder's, in the working folder, next
    /// to the executable or above it.
    /// </summary>
    [Required]
    public string Bundle { get; set; } = Checkout.DefaultBundle;

    /// <summary>auto, cpu or cuda. Default auto: CUDA if it is available; otherwise the log says why not.</summary>
    [AllowedValues("auto", "cpu", "cuda")]
    public string Device { get; set; } = "auto";

    /// <summary>auto, f32 or int8 (CPU only). Default auto: f32.</summary>
    [AllowedValues("auto", "f32", "int8")]
    public string Precision { get; set; } = "auto";

    /// <summary>CPU threads; 0 (default): as many as the process may use. Range 0 to 1,024.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>
    /// CPU threads that compute one micro-batch together. Default 1: each thread computes micro-batches of its own,
    /// which is the fastest where there are several. More shorten the wait for a single long text. Range 1 to 1,024.
    /// </summary>
    [Range(1, 1024)]
    public int BatchThreads { get; set; } = 1;

    /// <summary>
    /// Features that heads may use: mean, cls, layerN, taps (means of the last four layers, of which the last is mean),
    /// own (what the imported checkpoints' own classifiers read) or all. Default taps and own, which serves heads on
    /// mean, on taps, and those that an import made. With heads from a file, the features that they need are added.
    /// </summary>
    public string[]? Features { get; set; }

    /// <summary>The same section with the features that the given heads need, unless the features are set.</summary>
    public EncoderSection Serving(IEnumerable<string> needed) => new()
    {
        Bundle = Bundle,
        Device = Device,
        Precision = Precision,
        Threads = Threads,
        BatchThreads = BatchThreads,
        Features = Features is { Length: > 0 } ? Features : [.. Usual, .. needed],
    };

    public EncoderOptions ToOptions() => new()
    {
        Device = Enum.Parse<Device>(Device, ignoreCase: true),
        Precision = Precision switch
        {
            "f32" => Onnx.Sessions.Precision.Float32,
            "int8" => Onnx.Sessions.Precision.Int8,
            _ => Onnx.Sessions.Precision.Auto,
        },
        Threads = Threads,
        BatchThreads = BatchThreads,
        Features = Features is { Length: > 0 } ? [.. Features] : Usual,
    };

    private static string[] Usual => [FeatureNames.Taps, FeatureNames.Own];
}
