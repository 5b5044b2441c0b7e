using Worker.Core.Heads;
using Worker.Learning.Certifying;
using Worker.Learning.Evaluating.Curves;

namespace Worker.Learning.Fitting;

/// <summary>Heads, and figures and remarks about them.</summary>
/// <param name="Heads">In the data set's label order; those of <paramref name="Problems"/> are missing.</param>
/// <param name="Problems">Labels that got no head, and why.</param>
/// <param name="Figures">One per head, in the same order.</param>
/// <param name="Passes">Passes over the features.</param>
/// <param name="Remarks">What was left out of the data and why; empty if nothing was.</param>
internal sealed record TrainingResult(
    IReadOnlyList<Head> Heads,
    IReadOnlyList<LabelProblem> Problems,
    IReadOnlyList<LabelFigures> Figures,
    int Passes,
    IReadOnlyList<string> Remarks);

/// <summary>A label that got no head.</summary>
/// <param name="Reason">What is wrong and what to do.</param>
internal sealed record LabelProblem(string Label, string Reason);

/// <summary>
/// How a label's fit went. All held-out figures use fits that had not seen those rows, with one row for each distinct
/// text. Penalty, calibration and threshold of each fold's rows are the other folds' choices. The head itself is then
/// fitted to all rows and chooses by all folds, so it is as good or a little better.
/// </summary>
/// <param name="Label">Its name.</param>
/// <param name="Positives">Examples that have it.</param>
/// <param name="Negatives">Examples that do not have it.</param>
/// <param name="Folds">Folds of cross-fitting; 1 if one share was held out.</param>
/// <param name="L2">The penalty, given or chosen.</param>
/// <param name="Iterations">L-BFGS steps of the last fit.</param>
/// <param name="Converged">False if that fit stopped at its maximum number of steps or at the limit of f32.</param>
/// <param name="TrainingLogLoss">Mean loss (weighted, if classes are) on the rows fitted to, at the chosen
/// penalty.</param>
/// <param name="Before">Held-out figures of uncalibrated probabilities; a log-loss far above the training one means
/// overfitting.</param>
/// <param name="After">Held-out figures of probabilities by a calibration that has not seen those rows.</param>
/// <param name="AveragePrecision">On held-out rows.</param>
/// <param name="F1">On held-out rows, at thresholds chosen without them.</param>
/// <param name="Remark">What to look into, or null.</param>
internal sealed record LabelFigures(
    string Label,
    int Positives,
    int Negatives,
    int Folds,
    double L2,
    int Iterations,
    bool Converged,
    double TrainingLogLoss,
    ReliabilityDiagram Before,
    ReliabilityDiagram After,
    double AveragePrecision,
    double F1,
    string? Remark)
{
    /// <summary>Distinct texts among the held-out rows, on which the figures are based.</summary>
    public int DistinctHeldOut { get; init; }

    /// <summary>What a certificate for its yes lacks; null if there is one, or none is asked for.</summary>
    public MissingEvidence? YesNeeds { get; init; }

    /// <summary>The same for its no.</summary>
    public MissingEvidence? NoNeeds { get; init; }

    /// <summary>The penalties tried, strong to weak: the search ends where the held-out loss rises.</summary>
    public IReadOnlyList<PenaltyStep> Path { get; init; } = [];

    /// <summary>What the figures are of.</summary>
    public HeldOutEvidence HeldOut { get; init; } = new([], [], [], []);
}

/// <summary>One penalty that was tried.</summary>
/// <param name="L2">The penalty.</param>
/// <param name="Training">Mean loss (weighted, if classes are) on the rows fitted to, without the penalty, over the
/// folds.</param>
/// <param name="HeldOut">Mean log-loss of the held-out texts, before calibration.</param>
internal readonly record struct PenaltyStep(double L2, double Training, double HeldOut);

/// <summary>What is said of distinct texts by fits, calibrations and thresholds that have not seen them.</summary>
/// <param name="Rows">The texts, rising.</param>
/// <param name="Probabilities">Calibrated; f32, because many labels of many texts are kept at once.</param>
/// <param name="Decisions">True for a yes.</param>
/// <param name="Answers">True where the label holds.</param>
internal sealed record HeldOutEvidence(int[] Rows, float[] Probabilities, bool[] Decisions, bool[] Answers)
{
    public static HeldOutEvidence Of(HeldOutRows rows, CrossCalibrated cross) => new(
        rows.Rows, Array.ConvertAll(cross.Probabilities, p => (float)p), cross.Decisions(), rows.Answers);
}

/// <summary>How far training has come; reported after every pass over the features.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Fraction">Share done, in [0, 1]; an estimate that never falls.</param>
/// <param name="Running">Fits not finished yet in this stage.</param>
/// <param name="L2">Penalty being tried, or null.</param>
internal sealed record TrainingProgress(TrainingStage Stage, double Fraction, int Running, double? L2);

/// <summary>The stages of training a group of labels.</summary>
internal enum TrainingStage
{
    /// <summary>Checks and standardisation.</summary>
    Preparing,

    /// <summary>Fits without the held-out rows, to choose the penalty and calibrate.</summary>
    Selecting,

    /// <summary>Fits on all rows.</summary>
    Refitting,

    /// <summary>All heads are ready.</summary>
    Done,
}
