using System.Globalization;
using Worker.Onnx.Bundles;

namespace Worker.Encoders;

/// <summary>Says which layers merged checkpoints share, and what each of them costs.</summary>
internal static class SharingReport
{
    /// <summary>A table with a line for each checkpoint, and the sum; nothing for a single checkpoint.</summary>
    public static IEnumerable<string> Lines(EncoderBundle bundle)
    {
        if (bundle.Merged.IsEmpty)
            yield break;
        var width = Math.Max("checkpoint".Length, bundle.Merged.Max(one => one.Name.Length));
        yield return $"{"checkpoint".PadRight(width)}  layers of the first  layers added  cost  own labels";
        foreach (var one in bundle.Merged)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{one.Name.PadRight(width)}  {$"{one.SharedLayers} of {bundle.Layers}",19}  {one.AddedLayers,12}  " +
                $"{100.0 * one.AddedLayers / bundle.Layers,3:F0}%  {Labels(one)}");
        var run = bundle.Merged.Sum(one => one.AddedLayers);
        yield return string.Create(CultureInfo.InvariantCulture,
            $"all together: {run} layers in place of {bundle.Merged.Length * bundle.Layers}, " +
            $"{(double)run / bundle.Layers:F2} times the cost of one encoder");
    }

    private static string Labels(MergedCheckpoint one) =>
        one.OwnLabels.IsEmpty ? "-" : string.Join(", ", one.OwnLabels);
}
