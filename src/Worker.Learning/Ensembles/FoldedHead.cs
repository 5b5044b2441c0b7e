using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Fitting;

namespace Worker.Learning.Ensembles;

/// <summary>An ensemble as one head, with what it learned from texts that no member was fitted to.</summary>
internal static class FoldedHead
{
    /// <param name="refit">The label's fit to all answers; of it stay version, group and numbers of answers.</param>
    /// <param name="made">From the ensemble's log-odds.</param>
    /// <param name="truth">Answers to the texts that <paramref name="made"/> is of.</param>
    public static Head Of(HeadEnsemble ensemble, Head refit, HeldOutCalibration made, bool[] truth) =>
        ensemble.Fold() with
        {
            Version = refit.Version,
            Group = refit.Group,
            // It starts from no other head.
            Parent = null,
            Calibration = made.Calibration,
            Interval = made.Interval,
            Thresholds = made.Choice.Thresholds,
            Certificate = made.Choice.Certificate,
            Training = refit.Training! with
            {
                ValidationF1 = made.Cross.F1(truth),
                ValidationLogLoss = ProbabilityMetrics.LogLoss(made.Cross.Probabilities, truth),
            },
        };
}
