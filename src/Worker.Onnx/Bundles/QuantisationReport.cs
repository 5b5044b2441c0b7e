namespace Worker.Onnx.Bundles;

/// <summary>How far int8 is from f32 on the self-check's texts, as the import measured it on its machine.</summary>
/// <param name="MeanCosine">Of the features, over all texts and features.</param>
/// <param name="MinimumCosine">The lowest of them.</param>
/// <param name="LargestLogitChange">Of the checkpoints' own classifiers; null if they have none.</param>
public sealed record QuantisationReport(double MeanCosine, double MinimumCosine, double? LargestLogitChange);
