using System.Numerics.Tensors;

namespace Worker.Core.Numerics;

/// <summary>
/// Logistic regression on a few columns in f64, by Newton's method with backtracking and an overflow-free loss (Lin,
/// Lin and Weng 2007): the minimum over w and c of
/// <code>
/// Σᵢ [softplus(zᵢ) − tᵢ·zᵢ] + strength/2 · |(w, c) − start|²,   zᵢ = w·xᵢ + c
/// </code>
/// </summary>
internal static class NewtonLogistic
{
    private const int MaximumIterations = 100;

    /// <summary>Converged when no part of the gradient is larger than this per row.</summary>
    private const double Tolerance = 1e-10;

    private const double ShortestStep = 1e-10;

    /// <summary>Keeps the Hessian invertible when all probabilities are at 0 or 1.</summary>
    private const double MinimumPivot = 1e-12;

    /// <param name="x">[rows, width], row-major; columns of about one scale, so that the Hessian is well
    /// conditioned.</param>
    /// <param name="targets">t, each in [0, 1]; [rows].</param>
    /// <param name="start">The start of the search, and the centre of the prior: w, then c; [width + 1].</param>
    /// <param name="strength">Strength of the prior, in rows; 0 for none.</param>
    /// <returns>w, then c; [width + 1].</returns>
    public static double[] Fit(
        ReadOnlySpan<double> x, ReadOnlySpan<double> targets, ReadOnlySpan<double> start, double strength = 0)
    {
        var size = start.Length;
        var (point, next) = (start.ToArray(), new double[size]);
        var (gradient, hessian, direction) = (new double[size], new double[size * size], new double[size]);
        var loss = Loss(x, targets, point, start, strength);
        for (var iteration = 0; iteration < MaximumIterations; iteration++)
        {
            Differentiate(x, targets, point, start, strength, gradient, hessian);
            if (Math.Abs(TensorPrimitives.MaxMagnitude<double>(gradient)) < Tolerance * targets.Length)
                break;
            var factor = new CholeskyFactor(hessian, size, MinimumPivot);
            TensorPrimitives.Negate<double>(gradient, direction);
            factor.SolveLower(direction);
            factor.SolveUpper(direction);
            var slope = TensorPrimitives.Dot<double>(gradient, direction);
            var (step, lower) = (1.0, 0.0);
            for (; step > ShortestStep; step /= 2)
            {
                TensorPrimitives.MultiplyAdd(direction, step, point, next);
                lower = Loss(x, targets, next, start, strength);
                if (lower < loss + 1e-4 * step * slope)
                    break;
            }
            if (step <= ShortestStep)
                break;
            (point, next, loss) = (next, point, lower);
        }
        return point;
    }

    private static double Loss(
        ReadOnlySpan<double> x, ReadOnlySpan<double> targets, ReadOnlySpan<double> point, ReadOnlySpan<double> start,
        double strength)
    {
        var (width, loss) = (point.Length - 1, 0.0);
        for (var row = 0; row < targets.Length; row++)
        {
            var z = Logit(x.Slice(row * width, width), point);
            loss += Logistic.Softplus(z) - targets[row] * z;
        }
        for (var k = 0; k < point.Length; k++)
            loss += strength / 2 * (point[k] - start[k]) * (point[k] - start[k]);
        return loss;
    }

    /// <summary>Gradient, and the lower triangle of the Hessian.</summary>
    private static void Differentiate(
        ReadOnlySpan<double> x, ReadOnlySpan<double> targets, ReadOnlySpan<double> point, ReadOnlySpan<double> start,
        double strength, Span<double> gradient, Span<double> hessian)
    {
        var (size, width) = (point.Length, point.Length - 1);
        hessian.Clear();
        for (var k = 0; k < size; k++)
        {
            gradient[k] = strength * (point[k] - start[k]);
            hessian[k * size + k] = strength;
        }
        for (var row = 0; row < targets.Length; row++)
        {
            var values = x.Slice(row * width, width);
            var p = Logistic.Sigmoid(Logit(values, point));
            var (residual, curvature) = (p - targets[row], p * (1 - p));
            for (var a = 0; a < size; a++)
            {
                var one = a < width ? values[a] : 1;
                gradient[a] += residual * one;
                for (var b = 0; b <= a; b++)
                    hessian[a * size + b] += curvature * one * (b < width ? values[b] : 1);
            }
        }
    }

    private static double Logit(ReadOnlySpan<double> values, ReadOnlySpan<double> point)
    {
        var z = point[^1];
        for (var k = 0; k < values.Length; k++)
            z += point[k] * values[k];
        return z;
    }
}
