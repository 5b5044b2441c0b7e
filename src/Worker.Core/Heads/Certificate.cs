namespace Worker.Core.Heads;

/// <summary>
/// What was shown about a head's decisions: with probability 1 − Delta over the draw of the answered rows, at most the
/// share Error of a certified side's decisions is wrong, for each side separately. With Decisions:Mode Certified the
/// head decides without people only on its certified sides, and the rest goes to review. Date and sample say how far to
/// trust it.
/// </summary>
/// <param name="Error">The error target: the maximum share of wrong decisions among a side's certified ones; in (0,
/// 1).</param>
/// <param name="Delta">The probability, over the draw of the answered rows, that a side breaks the target anyway; in
/// (0, 1).</param>
/// <param name="Date">When it was made.</param>
/// <param name="Expires">When it stops counting; null for never.</param>
/// <param name="Origin">What the answered rows were a sample of.</param>
/// <param name="Yes">The evidence that p ≥ High is yes; null if there is not enough.</param>
/// <param name="No">The evidence that p ≤ Low is no; null if there is not enough.</param>
public sealed record Certificate(
    double Error, double Delta, DateTimeOffset Date, DateTimeOffset? Expires, CertificateOrigin Origin,
    CertifiedSide? Yes, CertifiedSide? No)
{
    /// <summary>
    /// From when to when a certificate made at a given time counts: whole days of UTC, so that the same data on the
    /// same day give the same certificate.
    /// </summary>
    /// <param name="now">When it is made.</param>
    /// <param name="validity">How long it counts; null for no limit.</param>
    public static (DateTimeOffset Date, DateTimeOffset? Expires) Term(DateTimeOffset now, TimeSpan? validity)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return (today, today + validity);
    }

    /// <summary>Whether it still counts at that time.</summary>
    public bool Holds(DateTimeOffset now) => Expires is null || now < Expires;
}

/// <summary>What the answered rows of a certificate are a sample of.</summary>
public enum CertificateOrigin
{
    /// <summary>The training file; the stream may differ from it.</summary>
    Training,

    /// <summary>The uniform audit arm: the stream itself.</summary>
    Audit,
}

/// <summary>The evidence for one side of a band.</summary>
/// <param name="Sample">Answered texts that were used, copies and near-copies counted once; at least 1.</param>
/// <param name="Decided">How many of them the bound decides automatically.</param>
/// <param name="Errors">How many of those it decides wrongly.</param>
public sealed record CertifiedSide(int Sample, int Decided, int Errors)
{
    /// <summary>Share of rows that this side decides automatically; in [0, 1].</summary>
    public double Share => (double)Decided / Sample;
}
