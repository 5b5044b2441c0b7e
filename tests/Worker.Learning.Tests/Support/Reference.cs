using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Tests.Support;

/// <summary>Logistic regression written plainly, in double, row by row: slow and easily seen to be right.</summary>
internal static class Reference
{
    /// <summary>Standardised features with a 1 appended; [rows][width + 1].</summary>
    public static double[][] Standardised(FeatureMatrix features)
    {
        var x = Enumerable.Range(0, features.Rows).Select(row =>
            Array.ConvertAll([.. features.Row(row), 1f], v => (double)v)).ToArray();
        for (var k = 0; k < features.Width; k++)
        {
            var mean = x.Average(row => row[k]);
            var deviation = Math.Sqrt(x.Average(row => (row[k] - mean) * (row[k] - mean)));
            foreach (var row in x)
                row[k] = (row[k] - mean) / deviation;
        }
        return x;
    }

    /// <summary>Weighted mean cross-entropy over the rows with a weight, plus L2/2·|w|² without the bias.</summary>
    public static double Objective(
        double[][] x, Func<int, bool> answer, Func<int, double> weight, double l2, ReadOnlySpan<double> p)
    {
        var (loss, total) = (0.0, 0.0);
        for (var row = 0; row < x.Length; row++)
        {
            var z = Dot(x[row], p);
            loss += weight(row) * (answer(row) ? Math.Log(1 + Math.Exp(-z)) : Math.Log(1 + Math.Exp(z)));
            total += weight(row);
        }
        var squares = 0.0;
        foreach (var w in p[..^1])
            squares += w * w;
        return loss / total + l2 / 2 * squares;
    }

    /// <summary>Newton's method on the objective (iteratively reweighted least squares) to machine precision.</summary>
    public static double[] Newton(double[][] x, AnswerMatrix answers, int label, double l2)
    {
        var rows = Enumerable.Range(0, x.Length).Where(row => answers[row, label] != AnswerMatrix.Unknown).ToArray();
        var size = x[0].Length;
        var p = new double[size];
        for (var iteration = 0; iteration < 50; iteration++)
        {
            var (gradient, hessian) = (new double[size], new double[size, size]);
            foreach (var row in rows)
            {
                var probability = 1 / (1 + Math.Exp(-Dot(x[row], p)));
                for (var i = 0; i < size; i++)
                {
                    gradient[i] += (probability - answers[row, label]) * x[row][i] / rows.Length;
                    for (var j = 0; j < size; j++)
                        hessian[i, j] += probability * (1 - probability) * x[row][i] * x[row][j] / rows.Length;
                }
            }
            for (var i = 0; i < size - 1; i++)
            {
                gradient[i] += l2 * p[i];
                hessian[i, i] += l2;
            }
            var step = Solve(hessian, gradient);
            for (var i = 0; i < size; i++)
                p[i] -= step[i];
        }
        return p;
    }

    private static double Dot(double[] x, ReadOnlySpan<double> p)
    {
        var z = 0.0;
        for (var k = 0; k < x.Length; k++)
            z += x[k] * p[k];
        return z;
    }

    /// <summary>Gaussian elimination of a positive definite system.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        var n = right.Length;
        for (var pivot = 0; pivot < n; pivot++)
            for (var row = pivot + 1; row < n; row++)
            {
                var factor = matrix[row, pivot] / matrix[pivot, pivot];
                for (var column = pivot; column < n; column++)
                    matrix[row, column] -= factor * matrix[pivot, column];
                right[row] -= factor * right[pivot];
            }
        for (var row = n - 1; row >= 0; row--)
        {
            for (var column = row + 1; column < n; column++)
                right[row] -= matrix[row, column] * right[column];
            right[row] /= matrix[row, row];
        }
        return right;
    }
}
