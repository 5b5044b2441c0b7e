using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Worker.Core.Features;
using Worker.Onnx.Bundles;
using Worker.Onnx.Graph;
using Worker.Onnx.Schema;

namespace Worker.Onnx.Sessions;

/// <summary>
/// Opens a bundle on a device, and checks that the device computes what the bundle's self-check stored.
/// </summary>
public static class EncoderFactory
{
    /// <summary>Opens an encoder as the options ask.</summary>
    /// <exception cref="EncoderException">A feature is not offered, the device is not available, or its outputs are not
    /// those of the imported encoder; the message says what to do.</exception>
    public static Encoder Create(EncoderBundle bundle, EncoderOptions options)
    {
        // 1. The wanted outputs of the graph.
        var layout = Layout(bundle, options.Features);
        if (options.OwnLogits && bundle.OwnLabels.IsEmpty)
            throw new EncoderException(
                $"{bundle.Folder}: the checkpoint has no classification head of its own: only its features are " +
                "available");
        var plan = new SessionPlan(options.Device, options.Precision == Precision.Int8 ? Variant.Int8 : Variant.Float32,
            SessionSettings.Threads(options.Threads), options.OwnLogits, AsStored: options.AsStored);

        // 2. The device.
        if (options.Device == Device.Cuda && plan.Variant == Variant.Int8)
            throw new EncoderException("precision int8 is for the CPU: on CUDA choose f32 or auto");
        if (options.Device == Device.Cuda)
            return OpenCuda(bundle, layout, plan, "");
        var reason = "";
        if (options.Device == Device.Auto)
        {
            if (TryCuda(bundle, layout, plan, out reason) is { } encoder)
                return encoder;
            reason = $"auto: {reason}";
        }

        // 3. The CPU's arithmetic.
        var together = Math.Min(options.BatchThreads, plan.Threads);
        return OpenCpu(
            bundle, layout,
            plan with { Device = Device.Cpu, Threads = together, Lanes = plan.Threads / together }, reason);
    }

    /// <summary>Opens a session without any check.</summary>
    internal static Encoder Open(EncoderBundle bundle, FeatureLayout layout, SessionPlan plan, string remark) =>
        new(bundle, layout, OpenSession(bundle, layout, plan), plan, Describe(plan, remark));

    /// <summary>The bare session that an encoder runs.</summary>
    internal static InferenceSession OpenSession(EncoderBundle bundle, FeatureLayout layout, SessionPlan plan)
    {
        using var options = plan.Device == Device.Cuda
            ? SessionSettings.Cuda(bundle.Folder, plan.Threads)
            : SessionSettings.Cpu(bundle.Folder, plan.Threads);
        var stored = ModelProto.Parser.ParseFrom(File.ReadAllBytes(bundle.GraphPath(plan.Variant)));
        if (plan is { Device: Device.Cpu, AsStored: false })
            CpuNormalisation.Apply(stored.Graph);
        return new InferenceSession(GraphSelection.Select(stored, layout, plan.OwnLogits), options);
    }

    private static FeatureLayout Layout(EncoderBundle bundle, IReadOnlyList<string> names)
    {
        try
        {
            return new FeatureLayout(
                FeatureNames.Expand(names, bundle.Layers, bundle.Features), bundle.Hidden, bundle.Layers,
                bundle.Widths);
        }
        catch (UnknownFeatureException unknown)
        {
            throw new EncoderException($"{bundle.Folder}: {unknown.Message}", unknown);
        }
    }

    private static Encoder? TryCuda(EncoderBundle bundle, FeatureLayout layout, SessionPlan plan, out string reason)
    {
        reason = plan.Variant == Variant.Int8 ? "int8 is for the CPU" : CudaProvider.Missing() ?? "";
        if (reason.Length > 0)
            return null;
        try
        {
            return OpenCuda(bundle, layout, plan, "auto");
        }
        catch (EncoderException error)
        {
            reason = error.Message;
            return null;
        }
    }

    private static Encoder OpenCuda(EncoderBundle bundle, FeatureLayout layout, SessionPlan plan, string remark)
    {
        if (CudaProvider.Missing() is { } missing)
            throw new EncoderException($"device cuda is not available: {missing}; or choose device cpu");
        try
        {
            return Checked(Open(bundle, layout, plan with { Device = Device.Cuda }, remark), bundle, DeviceCheck.Cuda,
                out var disagreement)
                ?? throw new EncoderException(
                    $"device cuda does not compute the encoder that was imported ({disagreement}): update its " +
                    "driver, or choose device cpu");
        }
        catch (Exception error)
            when (error is OnnxRuntimeException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw new EncoderException(
                $"device cuda is not available: {CudaProvider.Explain(error)}; or choose device cpu", error);
        }
    }

    private static Encoder OpenCpu(EncoderBundle bundle, FeatureLayout layout, SessionPlan plan, string remark)
    {
        if (plan.Variant == Variant.Int8)
        {
            var opened = Open(bundle, layout, plan, remark);
            if (Checked(opened, bundle, DeviceCheck.Int8, out var deviation) is { } quantised)
                return quantised;
            var separator = remark.Length > 0 ? "; " : "";
            remark = $"{remark}{separator}not int8, which is too far from f32 here: {deviation}";
        }
        return Checked(Open(bundle, layout, plan with { Variant = Variant.Float32 }, remark), bundle,
            DeviceCheck.Float32, out var disagreement)
            ?? throw new EncoderException(
                $"{bundle.Folder}: this processor does not compute the encoder that was imported ({disagreement}): " +
                "import it again on this machine");
    }

    // The encoder if it agrees with the stored outputs; otherwise it is closed, and the result is null.
    private static Encoder? Checked(
        Encoder encoder, EncoderBundle bundle, DeviceCheck.Bounds bounds, out string disagreement)
    {
        try
        {
            var (mean, minimum) = DeviceCheck.Compare(encoder, bundle);
            disagreement = string.Create(CultureInfo.InvariantCulture,
                $"cosine to the stored outputs: mean {mean:F4}, minimum {minimum:F4}");
            if (mean >= bounds.Mean && minimum >= bounds.Minimum)
                return encoder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
        encoder.Dispose();
        return null;
    }

    private static string Describe(SessionPlan plan, string remark)
    {
        var count = plan.Threads * plan.Lanes;
        var threads = count == 1 ? "1 thread" : $"{count} threads";
        if (plan.Threads > 1)
            threads += $", {plan.Threads} to a micro-batch";
        var device = plan.Device == Device.Cuda
            ? "cuda f32"
            : $"cpu {(plan.Variant == Variant.Int8 ? "int8" : "f32")}, {threads}";
        return remark.Length > 0 ? $"{device} ({remark})" : device;
    }
}
