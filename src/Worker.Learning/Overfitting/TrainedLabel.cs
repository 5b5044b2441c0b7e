using Worker.Learning.Fitting;

namespace Worker.Learning.Overfitting;

/// <summary>One trained label: its figures, its learning curve, and what that says.</summary>
internal sealed record TrainedLabel(LabelFigures Figures, LearningCurve Curve)
{
    /// <summary>What the curve says.</summary>
    public FitDiagnosis Diagnosis { get; } = FitDiagnosis.Of(Curve);
}
