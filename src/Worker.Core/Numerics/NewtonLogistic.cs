using System.Numerics.Tensors;

namespace Worker.Core.Numerics;

/// <summary>
/// Logistic regression on a few columns in f64, by Newton's method with backtracking and an overflow-free loss (Lin,
/// Lin and Weng 2007): the minimum over w and c of
/// <code>
/// Σᵢ vᵢ·[softplus(zᵢ) − tᵢ·zᵢ] + strength/2 · |(w, c) − start|²,   zᵢ = w·xᵢ + c
/// </code>
/// </summary>
internal static class NewtonLogistic
{
    private const int MaximumIterations = 100;

    /// <summary>Converged when no part of the gradient is larger than this per row.</summary>
    private const double Tolerance = 1e-10;

    /// <summary>
    /// Converged as well when a whole step would lower the loss by less than this share of it: sums of many rows are
    /// not more exact, so that a search along the step could only fail.
    /// </summary>
    private const double Rounding = 1e-13;

    private const double ShortestStep = 1e-10;

    /// <summary>Keeps the Hessian invertible when all probabilities are at 0 or 1.</summary>
    private const double MinimumPivot = 1e-12;

    /// <summary>Rows whose probabilities are computed together; they stay in the first-level cache.</summary>
    private const int BlockRows = 256;

    /// <param name="x">[rows, width], row-major; columns of about one scale, so that the Hessian is well
    /// conditioned.</param>
    /// <param name="targets">t, each in [0, 1]; [rows].</param>
    /// <param name="start">The start of the search, and the centre of the prior: w, then c; [width + 1].</param>
    /// <param name="strength">Strength of the prior, in rows; 0 for none.</param>
    /// <param name="weights">v, each at least 0; [rows]. Empty for 1.</param>
    /// <returns>w, then c; [width + 1].</returns>
    public static double[] Fit(
        ReadOnlySpan<double> x, ReadOnlySpan<double> targets, ReadOnlySpan<double> start, double strength = 0,
        ReadOnlySpan<double> weights = default)
    {
        var size = start.Length;
        var (at, next, direction) = (new Evaluation(size), new Evaluation(size), new double[size]);
        start.CopyTo(at.Point);
        at.Evaluate(x, targets, weights, start, strength);
        for (var iteration = 0; iteration < MaximumIterations; iteration++)
        {
            if (Math.Abs(TensorPrimitives.MaxMagnitude<double>(at.Gradient)) < Tolerance * targets.Length)
                break;
            var factor = new CholeskyFactor(at.Hessian, size, MinimumPivot);
            TensorPrimitives.Negate<double>(at.Gradient, direction);
            factor.SolveLower(direction);
            factor.SolveUpper(direction);
            var slope = TensorPrimitives.Dot<double>(at.Gradient, direction);
            if (-slope < Rounding * at.Loss)
                break;
            var step = 1.0;
            for (; step > ShortestStep; step /= 2)
            {
                TensorPrimitives.MultiplyAdd(direction, step, at.Point, next.Point);
                next.Evaluate(x, targets, weights, start, strength);
                if (next.Loss < at.Loss + 1e-4 * step * slope)
                    break;
            }
            if (step <= ShortestStep)
                break;
            (at, next) = (next, at);
        }
        return at.Point;
    }

    /// <summary>A point, with the loss and its derivatives there.</summary>
    private sealed class Evaluation(int size)
    {
        public double[] Point { get; } = new double[size];

        public double Loss { get; private set; }

        public double[] Gradient { get; } = new double[size];

        /// <summary>The lower triangle.</summary>
        public double[] Hessian { get; } = new double[size * size];

        public void Evaluate(
            ReadOnlySpan<double> x, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights,
            ReadOnlySpan<double> start, double strength)
        {
            var width = size - 1;
            Loss = 0;
            Hessian.AsSpan().Clear();
            for (var k = 0; k < size; k++)
            {
                var away = Point[k] - start[k];
                Loss += strength / 2 * away * away;
                Gradient[k] = strength * away;
                Hessian[k * size + k] = strength;
            }
            for (var first = 0; first < targets.Length; first += BlockRows)
            {
                var rows = Math.Min(BlockRows, targets.Length - first);
                Add(
                    x.Slice(first * width, rows * width), targets.Slice(first, rows),
                    weights.IsEmpty ? weights : weights.Slice(first, rows));
            }
        }

        private void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights)
        {
            Span<double> z = stackalloc double[targets.Length], p = stackalloc double[targets.Length];
            Span<double> likelier = stackalloc double[targets.Length];
            var width = size - 1;
            for (var row = 0; row < z.Length; row++)
            {
                z[row] = Point[width];
                for (var k = 0; k < width; k++)
                    z[row] += Point[k] * x[row * width + k];
            }
            TensorPrimitives.Sigmoid(z, p);
            // softplus(z) = max(z, 0) − ln(max(p, 1 − p)), which overflows nowhere.
            TensorPrimitives.Subtract(1, p, likelier);
            TensorPrimitives.Max(likelier, p, likelier);
            TensorPrimitives.Log(likelier, likelier);
            for (var row = 0; row < z.Length; row++)
            {
                var weight = weights.IsEmpty ? 1 : weights[row];
                Loss += weight * (Math.Max(z[row], 0) - likelier[row] - targets[row] * z[row]);
                var (residual, curvature) = (weight * (p[row] - targets[row]), weight * p[row] * (1 - p[row]));
                for (var a = 0; a < size; a++)
                {
                    var one = a < width ? x[row * width + a] : 1;
                    Gradient[a] += residual * one;
                    for (var b = 0; b <= a; b++)
                        Hessian[a * size + b] += curvature * one * (b < width ? x[row * width + b] : 1);
                }
            }
        }
    }
}
