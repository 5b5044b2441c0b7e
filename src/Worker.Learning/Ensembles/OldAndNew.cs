using Worker.Core.Heads;
using Worker.Core.Numerics;
using Worker.Learning.Fitting;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Ensembles;

/// <summary>
/// A head and one that was fitted to later answers as one head: α · old + (1 − α) · new, in log-odds. What it says of
/// the held-out texts comes from a share and a threshold that were learnt on other texts.
/// </summary>
internal static class OldAndNew
{
    private const int Parts = 5;

    /// <param name="old">With Platt's calibration, as <paramref name="fresh"/>.</param>
    /// <param name="byOld">What it says of the texts of <paramref name="held"/>, none of which it has seen.</param>
    /// <param name="fresh">On the same feature.</param>
    /// <param name="held">What fits of the new head say of texts that they have not seen.</param>
    /// <exception cref="ArgumentException">The heads do not belong together.</exception>
    public static (Head Head, HeldOutEvidence HeldOut) Join(
        Head old, double[] byOld, Head fresh, HeldOutEvidence held)
    {
        var logOdds = new double[2 * byOld.Length];
        for (var i = 0; i < byOld.Length; i++)
        {
            logOdds[2 * i] = EnsembleWeights.LogOdds(byOld[i]);
            logOdds[2 * i + 1] = EnsembleWeights.LogOdds(held.Probabilities[i]);
        }
        var (p, yes) = (new float[byOld.Length], new bool[byOld.Length]);
        for (var part = 0; part < Parts; part++)
        {
            var (share, decide, _) = Learn(row => row % Parts != part);
            for (var row = part; row < p.Length; row += Parts)
            {
                var said = Said(share, row);
                (p[row], yes[row]) = ((float)said, said >= decide);
            }
        }
        var (_, at, joined) = Learn(_ => true);
        return (
            joined with
            {
                Group = fresh.Group,
                Parent = old.Version,
                Thresholds = new Thresholds(at, at, at),
                Training = fresh.Training,
            },
            held with { Probabilities = p, Decisions = yes });

        (double Share, double Decide, Head Head) Learn(Func<int, bool> from)
        {
            int[] rows = [.. Enumerable.Range(0, byOld.Length).Where(from)];
            var answers = Array.ConvertAll(rows, row => held.Answers[row]);
            double[] x = [.. rows.SelectMany(row => (double[])[logOdds[2 * row], logOdds[2 * row + 1]])];
            // One kind of answer teaches no share.
            var share = answers.Contains(true) && answers.Contains(false)
                ? EnsembleWeights.ByLogLoss(x, answers, 2)[0] : 0.5;
            var head = new HeadEnsemble([old, fresh], [share, 1 - share]).Fold();
            // Few positives leave the threshold of the two heads, which they learnt on more.
            var decide = answers.AsSpan().Count(true) < DecisionThreshold.MinimumPositives
                ? head.Thresholds.Decide
                : DecisionThreshold.Choose(Array.ConvertAll(rows, row => Said(share, row)), answers);
            return (share, decide, head);
        }

        double Said(double share, int row) =>
            Logistic.Sigmoid(share * logOdds[2 * row] + (1 - share) * logOdds[2 * row + 1]);
    }
}
