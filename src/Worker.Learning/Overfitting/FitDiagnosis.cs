using System.Globalization;
using Worker.Learning.Experiments;

namespace Worker.Learning.Overfitting;

/// <summary>
/// What a learning curve says about a label: whether more answers would help, and whether it overfits.
/// </summary>
/// <param name="Label">Its name.</param>
/// <param name="Positives">Examples that have it, of those that a fit on all but one fold saw.</param>
/// <param name="Examples">All that such a fit saw.</param>
/// <param name="Training">Mean loss on them.</param>
/// <param name="HeldOut">Mean log-loss on held-out texts.</param>
/// <param name="Constant">The log-loss of the label's frequency alone.</param>
/// <param name="PerDoubling">By what share of itself the held-out log-loss fell with each doubling of the examples, at
/// the end of the curve; negative where it rose.</param>
/// <param name="MoreHelps">Whether that fall is more than chance explains, and at least 1%.</param>
/// <param name="Overfits">Whether a third or more of what it gains on its own examples is not there on held-out ones,
/// and that is more than chance explains.</param>
internal sealed record FitDiagnosis(
    string Label, double Positives, double Examples, double Training, double HeldOut, double Constant,
    double PerDoubling, bool MoreHelps, bool Overfits)
{
    /// <summary>A smaller fall is not worth an answer.</summary>
    private const double WorthWhile = 0.01;

    /// <summary>Share of the gain that is not there on held-out texts, from which on a head overfits.</summary>
    private const double Lost = 1.0 / 3;

    /// <summary>The last points, of which the fall is taken: from 40% to all examples.</summary>
    private const int LastPoints = 3;

    /// <summary>By how much the held-out log-loss exceeds the training loss.</summary>
    public double Gap => HeldOut - Training;

    /// <summary>In one or two sentences.</summary>
    public string Sentence => string.Create(CultureInfo.InvariantCulture,
        $"{Growth}; held-out loss exceeds training loss by {Gap:0.0000}{(Overfits ? ": overfits" : "")}");

    private string Growth => HeldOut >= Constant ? "no better than the label's frequency"
        : MoreHelps ? string.Create(CultureInfo.InvariantCulture,
            $"more answers would help: each doubling has lowered the held-out loss by {100 * PerDoubling:0.#}%")
        : "flat: more answers of this kind would hardly help";

    public static FitDiagnosis Of(LearningCurve curve)
    {
        var (last, before) = (curve.Points[^1], curve.Points[^2]);
        var (training, heldOut) = (last.Training.Average(), last.HeldOut.Average());
        var share = last.Positives / last.Examples;
        var constant = -share * Math.Log(share) - (1 - share) * Math.Log(1 - share);
        var end = curve.Points.TakeLast(LastPoints).ToList();
        double[] falls = [.. Enumerable.Range(0, last.HeldOut.Count).Select(part => -Slope(
            end.Select(point => (Math.Log2(point.Examples), point.HeldOut[part]))))];
        var perDoubling = 1 - Math.Exp(Slope(
            end.Select(point => (Math.Log2(point.Examples), Math.Log(point.HeldOut.Average())))));
        var gain = Math.Max(constant - training, 1e-12);
        return new FitDiagnosis(
            curve.Label, last.Positives, last.Examples, training, heldOut, constant, perDoubling,
            falls.Average() > Estimate.Of(falls).TwoErrors && perDoubling >= WorthWhile
                && heldOut <= before.HeldOut.Average(),
            heldOut - training > Math.Max(Lost * gain, Estimate.Of(last.HeldOut).TwoErrors));
    }

    /// <summary>Least squares.</summary>
    private static double Slope(IEnumerable<(double X, double Y)> points)
    {
        var all = points.ToList();
        var (x, y) = (all.Average(point => point.X), all.Average(point => point.Y));
        var spread = all.Sum(point => (point.X - x) * (point.X - x));
        return spread > 0 ? all.Sum(point => (point.X - x) * (point.Y - y)) / spread : 0;
    }
}
