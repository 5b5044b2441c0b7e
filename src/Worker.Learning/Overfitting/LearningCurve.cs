namespace Worker.Learning.Overfitting;

/// <summary>Fits of one label on one share of its examples.</summary>
/// <param name="Examples">Answers that a fit saw, mean over the folds.</param>
/// <param name="Positives">How many of them have the label.</param>
/// <param name="Training">Mean loss on the examples that a fit saw, without its penalty; one for each fit.</param>
/// <param name="HeldOut">Mean log-loss on held-out texts, before calibration; one for each part of them.</param>
/// <param name="AveragePrecision">On held-out texts; one for each part of them.</param>
internal sealed record LearningPoint(
    double Examples, double Positives, IReadOnlyList<double> Training, IReadOnlyList<double> HeldOut,
    IReadOnlyList<double> AveragePrecision);

/// <summary>How one label's held-out figures change as its fits see more examples.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Points">The smallest share first, all examples last; the held-out texts are the same for all.</param>
internal sealed record LearningCurve(string Label, IReadOnlyList<LearningPoint> Points);
