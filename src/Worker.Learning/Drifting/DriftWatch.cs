using Worker.Learning.Certifying;

namespace Worker.Learning.Drifting;

/// <summary>All that a watch has to remember.</summary>
/// <param name="Seen">Audited decisions.</param>
/// <param name="Errors">Wrong ones among them.</param>
/// <param name="Lower">Bound of the error rate so far.</param>
internal readonly record struct DriftState(long Seen, long Errors, double Lower);

/// <summary>
/// Holds one label's decisions, certified or not, against the error that its head promised, as answers of the uniform
/// audit arm come in: the alarm goes off when the time-uniform lower bound of the error passes the target. A head that
/// keeps its promise raises one with probability alpha at most, however long it is watched; where an alarm of any of
/// many labels counts, give each alpha / labels. A new head of the label needs a new watch. (Sides of a certificate
/// have their own: <see cref="CertificateWatch"/>.) One caller at a time.
/// </summary>
internal sealed class DriftWatch
{
    private readonly ErrorBound bound;

    /// <param name="target">Largest error rate that is no drift, e.g. <see cref="Promised"/>; in (0, 1).</param>
    /// <param name="alpha">Probability of ever a false alarm; in (0, 1).</param>
    /// <param name="state">What an earlier watch of the same head saw; nothing for a new head.</param>
    public DriftWatch(double target, double alpha = 0.01, DriftState state = default)
    {
        RiskTest.RequireFraction(target);
        Target = target;
        bound = new ErrorBound(alpha, state.Seen, state.Errors, state.Lower);
    }

    public double Target { get; }

    /// <summary>To go on from later.</summary>
    public DriftState State => new(bound.Seen, bound.Errors, bound.Lower);

    /// <summary>Share of the audited decisions that was wrong; null before the first.</summary>
    public double? Error => bound.Seen == 0 ? null : (double)bound.Errors / bound.Seen;

    /// <summary>The error rate is above the target. Stays so: the bound never falls.</summary>
    public bool Alarm => bound.Exceeds(Target);

    /// <summary>
    /// The error that a head promises by its validation: the upper end of the exact one-sided interval (Clopper and
    /// Pearson 1934), because a target that is too low by chance is passed by a head that has not drifted at all.
    /// </summary>
    /// <param name="errors">Wrong decisions on texts that it was not fitted on, copies counted once.</param>
    /// <param name="rows">Those texts; above 0.</param>
    /// <param name="delta">Probability that the true error is higher; in (0, 1).</param>
    /// <returns>In (0, 1).</returns>
    public static double Promised(int errors, int rows, double delta = 0.05)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        RiskTest.RequireFraction(delta);
        var (low, high) = (0.0, 1.0);
        for (var step = 0; step < 50; step++)
        {
            var middle = (low + high) / 2;
            if (RiskTest.Binomial(errors, rows, middle) > delta)
                low = middle;
            else
                high = middle;
        }
        return Math.Min(high, 1 - 1e-9);
    }

    /// <summary>Takes the next audited decision in; of copies of a text the first only.</summary>
    /// <returns>Whether the alarm went off with it.</returns>
    public bool Observe(bool wrong)
    {
        var before = Alarm;
        bound.Observe(wrong);
        return Alarm && !before;
    }
}
