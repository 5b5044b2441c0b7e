using Worker.Core.Heads;

namespace Worker.Learning.Certifying;

/// <summary>
/// The two-threshold band with a guarantee: how far down from 1 yes, and how far up from 0 no, may be decided
/// automatically, so that with probability 1 − delta at most the target share of a side's decisions is wrong. The sides
/// are certified one by one, because often no yes can be certified though the total can.
/// </summary>
public static class CertifiedBand
{
    /// <summary>Certifies both sides on rows that the head was not fitted on.</summary>
    /// <param name="probabilities">Of a uniform sample of what the head will see; each in [0, 1].</param>
    /// <param name="answers">True where the label holds; as many.</param>
    /// <param name="decide">Where yes and no part: no side is certified past it.</param>
    /// <param name="error">The largest share of wrong decisions a side may make; in (0, 1).</param>
    /// <param name="delta">Probability of a wrong certificate, each side's own; in (0, 1).</param>
    /// <param name="date">When this is; the certificate's date.</param>
    /// <param name="validity">How long the certificate counts; null for ever.</param>
    /// <returns>A side without evidence enough has no certificate, and a bound at the end of the scale.</returns>
    public static (Thresholds Thresholds, Certificate Certificate) Learn(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, double decide, double error, double delta, DateTimeOffset date, TimeSpan? validity = null)
    {
        if (probabilities.Length != answers.Length)
            throw new ArgumentException($"there are {probabilities.Length} probabilities and {answers.Length} answers", nameof(answers));
        var (p, y) = (probabilities.ToArray(), answers.ToArray());
        Array.Sort(p, y);
        // Rows below the middle are the no side's, the others the yes side's; the most confident come first in both.
        var middle = p.Count(x => x < decide);
        var (high, yes) = Side(Reversed(p[middle..]), Array.ConvertAll(Reversed(y[middle..]), truth => truth ? 0.0 : 1.0), p.Length, error, delta);
        var (low, no) = Side(p[..middle], Array.ConvertAll(y[..middle], truth => truth ? 1.0 : 0.0), p.Length, error, delta);
        return (
            new Thresholds(low ?? 0, decide, high ?? 1),
            new Certificate(error, delta, date, date + validity, CertificateOrigin.Training, yes, no));
    }

    /// <summary>Certifies one side.</summary>
    /// <param name="p">Of its rows, most confident first.</param>
    /// <param name="losses">1 where the side's decision would be wrong.</param>
    /// <returns>The probability of the last row that it may decide, and the evidence.</returns>
    private static (double? Bound, CertifiedSide? Side) Side(double[] p, double[] losses, int all, double error, double delta)
    {
        var sizes = LearnThenTest.Sizes(p.Length, all, error, delta).Select(size => Whole(p, size)).Distinct();
        var decided = LearnThenTest.Certify(losses, sizes, error, delta);
        return decided == 0 ? (null, null) : (p[decided - 1], new CertifiedSide(all, decided, (int)losses.AsSpan(0, decided).ToArray().Sum()));
    }

    /// <summary>Equal probabilities cannot be parted: the size up to the last row equal to the one it ends with.</summary>
    private static int Whole(double[] p, int size)
    {
        while (size < p.Length && p[size] == p[size - 1])
            size++;
        return size;
    }

    private static T[] Reversed<T>(T[] values)
    {
        Array.Reverse(values);
        return values;
    }
}
