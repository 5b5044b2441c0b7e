using Worker.Core.Heads;
using Worker.Core.Numerics;
using Worker.Learning.Certifying;

namespace Worker.Learning.Thresholding;

/// <summary>A band, its certificate, and what sides without one lack.</summary>
/// <param name="YesNeeds">Null if the yes side is certified.</param>
/// <param name="NoNeeds">Null if the no side is certified.</param>
internal sealed record LearnedBand(Thresholds Thresholds, Certificate Certificate, MissingEvidence? YesNeeds,
    MissingEvidence? NoNeeds)
{
    public void Deconstruct(out Thresholds thresholds, out Certificate certificate) =>
        (thresholds, certificate) = (Thresholds, Certificate);
}

/// <summary>
/// The two-threshold band with a guarantee: how far down from 1 a yes, and how far up from 0 a no, may be certified, so
/// that with probability 1 − delta at most the target share of a side's decisions is wrong. The sides are certified
/// separately, because often no yes can be certified although all decisions together could. A side ends at the
/// threshold between yes and no, and where a decision counts as uncertain, so that decisions that are probably wrong
/// cannot hide among sure ones.
/// </summary>
internal static class CertifiedBand
{
    /// <summary>
    /// Certifies both sides on rows that had no part in the probabilities nor in <paramref name="decide"/>.
    /// </summary>
    /// <param name="probabilities">Probabilities of a uniform sample of the texts that the head will see, one per
    /// distinct text; each in [0, 1].</param>
    /// <param name="answers">True where the label holds; as many.</param>
    /// <param name="decide">The threshold between yes and no; no side is certified past it.</param>
    /// <param name="options">Error, delta, validity, where uncertain begins, and the clock.</param>
    /// <param name="origin">What the rows are a sample of.</param>
    /// <returns>A side without enough evidence has no certificate, and its bound is at the end of the scale.</returns>
    public static LearnedBand Learn(
        ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> answers, double decide, ThresholdOptions options,
        CertificateOrigin origin)
    {
        if (probabilities.Length != answers.Length)
            throw new ArgumentException(
                $"there are {probabilities.Length} probabilities and {answers.Length} answers", nameof(answers));
        var p = probabilities.ToArray();
        var decides = new double[p.Length];
        Array.Fill(decides, decide);
        return Learn(new TestedRows(p, decides, answers.ToArray()), p, decide, options, origin);
    }

    /// <summary>
    /// Certifies both sides on rows whose probabilities are cross-calibrated. The head's own calibration, on all rows,
    /// has the same scale up to chance. The bound is the stricter of two: the probability down to which the test went,
    /// and the one down to which the head's calibration decides as many of the rows. So it never decides more than was
    /// tested.
    /// </summary>
    /// <param name="rows">The tested rows.</param>
    /// <param name="deployed">The rows' probabilities by the head's own calibration.</param>
    /// <param name="decide">The head's threshold between yes and no.</param>
    internal static LearnedBand Learn(TestedRows rows, ReadOnlySpan<double> deployed, double decide,
        ThresholdOptions options, CertificateOrigin origin)
    {
        using var rented = new Rented<double>(deployed.Length);
        var sorted = rented.Span;
        deployed.CopyTo(sorted);
        sorted.Sort();
        var (highDoubt, yes, yesNeeds) = Certify(rows, yes: true, options);
        var (lowDoubt, no, noNeeds) = Certify(rows, yes: false, options);
        var high = yes is null ? 1 : Math.Max(decide, Math.Max(-highDoubt, sorted[^yes.Decided]));
        var low = no is null ? 0 : Math.Min(decide, Math.Min(lowDoubt, sorted[no.Decided - 1]));
        var (date, expires) = Certificate.Term(options.Clock.GetUtcNow(), options.Validity);
        return new LearnedBand(
            new Thresholds(low, decide, high),
            new Certificate(options.Error, options.Delta, date, expires, origin, yes, no),
            yesNeeds, noNeeds);
    }

    private static (double Doubt, CertifiedSide? Side, MissingEvidence? Needs) Certify(TestedRows rows, bool yes,
        ThresholdOptions options)
    {
        using var rentedDoubts = new Rented<double>(rows.Count);
        using var rentedWrong = new Rented<bool>(rows.Count);
        using var losses = new Rented<double>(rows.Count);
        var count = rows.Side(yes, options.Uncertain, rentedDoubts.Span, rentedWrong.Span);
        var doubts = rentedDoubts.Span[..count];
        var wrong = rentedWrong.Span[..count];
        for (var i = 0; i < count; i++)
            losses.Span[i] = wrong[i] ? 1 : 0;
        List<Candidate> candidates = [];
        foreach (var candidate in LearnThenTest.Candidates(count, options.Error, options.Delta))
            candidates.Add(candidate with { Size = Whole(doubts, candidate.Size) });
        var decided = LearnThenTest.Certify(losses.Span[..count], candidates, options.Error, options.Delta);
        return decided == 0
            ? (0, null, MissingEvidence.Of(wrong, rows.Count, options.Error, options.Delta))
            : (doubts[decided - 1], new CertifiedSide(rows.Count, decided, wrong[..decided].Count(true)), null);
    }

    /// <summary>
    /// Equal probabilities cannot be separated, so a size is extended to the last row equal to its last one.
    /// </summary>
    private static int Whole(ReadOnlySpan<double> doubts, int size)
    {
        while (size < doubts.Length && doubts[size] == doubts[size - 1])
            size++;
        return size;
    }
}
