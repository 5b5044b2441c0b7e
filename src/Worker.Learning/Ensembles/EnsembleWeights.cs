using Worker.Core.Numerics;

namespace Worker.Learning.Ensembles;

/// <summary>Weights of an ensemble's members, learned on rows that no member was fitted on.</summary>
internal static class EnsembleWeights
{
    private const int Steps = 400;
    private const double LongestStep = 100;

    /// <summary>Probabilities are kept so far from 0 and 1.</summary>
    private const double Clip = 1e-6;

    /// <summary>What a member's probability is weighed as: finite, however sure it is.</summary>
    public static double LogOdds(double p)
    {
        var inside = Math.Clamp(p, Clip, 1 - Clip);
        return Math.Log(inside / (1 - inside));
    }

    /// <summary>
    /// Weights ≥ 0 that sum to 1 with the minimum log-loss (for two members: α and 1 − α), by exponentiated gradient
    /// with a step that halves when the loss rises (Kivinen and Warmuth 1997). The loss is convex in the weights.
    /// </summary>
    /// <param name="logOdds">Calibrated log-odds; [rows, members], row-major.</param>
    /// <param name="answers">[rows].</param>
    public static double[] ByLogLoss(ReadOnlySpan<double> logOdds, ReadOnlySpan<bool> answers, int members)
    {
        Require(logOdds, answers, members);
        var weights = new double[members];
        Array.Fill(weights, 1.0 / members);
        var (gradient, candidate, step) = (new double[members], new double[members], 1.0);
        var loss = Loss(logOdds, answers, weights, gradient);
        for (var i = 0; i < Steps && step > 1e-9; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < members; k++)
                sum += candidate[k] = weights[k] * Math.Exp(-step * gradient[k]);
            for (var k = 0; k < members; k++)
                candidate[k] /= sum;
            var next = new double[members];
            var trial = Loss(logOdds, answers, candidate, next);
            // Not "trial > loss", so that a step so large that weights overflow is refused too.
            if (!(trial <= loss))
            {
                step /= 2;
                continue;
            }
            (weights, candidate, gradient, loss) = (candidate, weights, next, trial);
            step = Math.Min(LongestStep, step * 1.5);
        }
        return weights;
    }

    /// <summary>
    /// Stacking: logistic regression of the answers on the members' log-odds (Wolpert 1992), by Newton's method. A
    /// prior pulls weights towards the mean of all (1 / members each) and the intercept towards 0, so that few rows
    /// change little.
    /// </summary>
    /// <param name="strength">Of the prior, in rows: half of it times the squared distance is added to the summed
    /// loss.</param>
    public static (double[] Weights, double Intercept) Stacked(
        ReadOnlySpan<double> logOdds, ReadOnlySpan<bool> answers, int members, double strength = 1)
    {
        Require(logOdds, answers, members);
        var prior = new double[members + 1];
        Array.Fill(prior, 1.0 / members, 0, members);
        var targets = new double[answers.Length];
        for (var row = 0; row < targets.Length; row++)
            targets[row] = answers[row] ? 1 : 0;
        var point = NewtonLogistic.Fit(logOdds, targets, prior, strength);
        return (point[..members], point[members]);
    }

    /// <summary>Mean log-loss of Σ w·x, and its gradient by the weights.</summary>
    private static double Loss(
        ReadOnlySpan<double> logOdds, ReadOnlySpan<bool> answers, ReadOnlySpan<double> weights, Span<double> gradient)
    {
        gradient.Clear();
        var loss = 0.0;
        for (var row = 0; row < answers.Length; row++)
        {
            var x = logOdds.Slice(row * weights.Length, weights.Length);
            var z = 0.0;
            for (var k = 0; k < x.Length; k++)
                z += weights[k] * x[k];
            loss += Logistic.Softplus(z) - (answers[row] ? z : 0);
            var residual = Logistic.Sigmoid(z) - (answers[row] ? 1 : 0);
            for (var k = 0; k < weights.Length; k++)
                gradient[k] += residual * x[k] / answers.Length;
        }
        return loss / answers.Length;
    }

    private static void Require(ReadOnlySpan<double> logOdds, ReadOnlySpan<bool> answers, int members)
    {
        if (members < 1 || logOdds.Length != (long)answers.Length * members || answers.IsEmpty)
            throw new ArgumentException(
                $"{answers.Length} answers of {members} members need {(long)answers.Length * members} log-odds, and " +
                $"at least one answer; there are {logOdds.Length}", nameof(logOdds));
    }
}
