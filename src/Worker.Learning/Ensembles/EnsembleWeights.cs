using Worker.Core.Heads;

namespace Worker.Learning.Ensembles;

/// <summary>Weights of an ensemble's members, learnt on rows that no member was fitted on.</summary>
public static class EnsembleWeights
{
    private const int Steps = 400;
    private const double LongestStep = 100;

    /// <summary>
    /// Weights ≥ 0 that sum to 1 with the least log-loss (for two members: α and 1 − α), by exponentiated gradient with
    /// a step that halves when the loss rises (Kivinen and Warmuth 1997). The loss is convex in the weights.
    /// </summary>
    /// <param name="logOdds">Calibrated log-odds; [rows, members], row-major.</param>
    /// <param name="answers">[rows].</param>
    public static double[] ByLogLoss(ReadOnlySpan<double> logOdds, ReadOnlySpan<bool> answers, int members)
    {
        Require(logOdds, answers, members);
        var weights = new double[members];
        Array.Fill(weights, 1.0 / members);
        var (gradient, candidate, step) = (new double[members], new double[members], 1.0);
        var loss = Loss(logOdds, answers, weights, 0, gradient);
        for (var i = 0; i < Steps && step > 1e-9; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < members; k++)
                sum += candidate[k] = weights[k] * Math.Exp(-step * gradient[k]);
            for (var k = 0; k < members; k++)
                candidate[k] /= sum;
            var next = new double[members];
            var trial = Loss(logOdds, answers, candidate, 0, next);
            // Not "trial > loss": a step so large that weights overflow is refused too.
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
    /// Stacking: logistic regression of the answers on the members' log-odds (Wolpert 1992), by Newton's method. A prior
    /// pulls weights towards the mean of all (1 / members each) and the intercept towards 0, so that few rows change little.
    /// </summary>
    /// <param name="strength">Of the prior, in rows: half of it times the squared distance is added to the summed loss.</param>
    public static (double[] Weights, double Intercept) Stacked(ReadOnlySpan<double> logOdds, ReadOnlySpan<bool> answers, int members, double strength = 1)
    {
        Require(logOdds, answers, members);
        var size = members + 1;
        var point = new double[size];
        Array.Fill(point, 1.0 / members, 0, members);
        for (var iteration = 0; iteration < 50; iteration++)
        {
            var (gradient, hessian) = (new double[size], new double[size, size]);
            for (var k = 0; k < size; k++)
            {
                gradient[k] = strength * (point[k] - (k < members ? 1.0 / members : 0));
                hessian[k, k] = strength;
            }
            for (var row = 0; row < answers.Length; row++)
            {
                var x = logOdds.Slice(row * members, members);
                var p = Calibration.Identity.Probability(Combined(x, point, point[members]));
                var (residual, curvature) = (p - (answers[row] ? 1 : 0), p * (1 - p));
                for (var a = 0; a < size; a++)
                {
                    var xa = a < members ? x[a] : 1;
                    gradient[a] += residual * xa;
                    for (var b = 0; b <= a; b++)
                        hessian[a, b] += curvature * xa * (b < members ? x[b] : 1);
                }
            }
            var change = Solve(hessian, gradient);
            // Newton overshoots on nearly separable rows; half a unit of log-odds weight a step is never too much.
            var largest = change.Max(Math.Abs);
            for (var k = 0; k < size; k++)
                point[k] -= change[k] * Math.Min(1, 0.5 / largest);
            if (largest < 1e-9)
                break;
        }
        return (point[..members], point[members]);
    }

    /// <summary>Mean log-loss of Σ w·x + intercept, and its gradient by the weights.</summary>
    private static double Loss(ReadOnlySpan<double> logOdds, ReadOnlySpan<bool> answers, ReadOnlySpan<double> weights, double intercept, Span<double> gradient)
    {
        gradient.Clear();
        var loss = 0.0;
        for (var row = 0; row < answers.Length; row++)
        {
            var x = logOdds.Slice(row * weights.Length, weights.Length);
            var z = Combined(x, weights, intercept);
            loss += Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - (answers[row] ? z : 0);
            var residual = Calibration.Identity.Probability(z) - (answers[row] ? 1 : 0);
            for (var k = 0; k < weights.Length; k++)
                gradient[k] += residual * x[k] / answers.Length;
        }
        return loss / answers.Length;
    }

    private static double Combined(ReadOnlySpan<double> x, ReadOnlySpan<double> weights, double intercept)
    {
        var z = intercept;
        for (var k = 0; k < x.Length; k++)
            z += weights[k] * x[k];
        return z;
    }

    /// <summary>Solves H·s = g for a positive definite H given by its lower half (Cholesky).</summary>
    private static double[] Solve(double[,] h, double[] g)
    {
        var n = g.Length;
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
            {
                var sum = h[i, j];
                for (var k = 0; k < j; k++)
                    sum -= h[i, k] * h[j, k];
                h[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / h[j, j];
            }
        var s = (double[])g.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
                s[i] -= h[i, k] * s[k];
            s[i] /= h[i, i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
                s[i] -= h[k, i] * s[k];
            s[i] /= h[i, i];
        }
        return s;
    }

    private static void Require(ReadOnlySpan<double> logOdds, ReadOnlySpan<bool> answers, int members)
    {
        if (members < 1 || logOdds.Length != (long)answers.Length * members || answers.IsEmpty)
            throw new ArgumentException($"{answers.Length} answers of {members} members need {(long)answers.Length * members} log-odds, and at least one answer; there are {logOdds.Length}", nameof(logOdds));
    }
}
