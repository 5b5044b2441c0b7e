namespace Worker.Core.Decisions;

/// <summary>
/// A token bucket of questions. It answers: given this clock and these counts, what share of messages may be asked
/// about now? In any period at most burst + rate · time questions are spent.
/// </summary>
internal sealed class ReviewBudget
{
    /// <summary>
    /// Savings are spent over about this time, and the stream's rate is measured over about this time; seconds.
    /// </summary>
    private const double Horizon = 60;

    private readonly double perSecond;
    private readonly double burst;
    private double tokens;
    private double arrivals;
    private double age;
    private DateTimeOffset last;

    /// <param name="perHour">Questions per hour.</param>
    /// <param name="burst">Maximum number of saved questions; the bucket starts full.</param>
    public ReviewBudget(double perHour, double burst)
    {
        perSecond = perHour / 3600;
        this.burst = tokens = perHour > 0 ? burst : 0;
    }

    /// <summary>Messages per second, over about the last minute.</summary>
    public double Rate => arrivals / (Horizon * (1 - Math.Exp(-Math.Max(age, 1) / Horizon)));

    /// <summary>The share of the messages that the budget covers; above 1 if it is enough for all.</summary>
    public double Share =>
        tokens < 1 ? 0 : arrivals == 0 ? double.PositiveInfinity : (tokens / Horizon + perSecond) / Rate;

    /// <summary>
    /// Advances the time for an arriving message that needs review. A clock that goes back counts as standing still.
    /// </summary>
    public void Arrive(DateTimeOffset now)
    {
        if (last == default)
            last = now;
        var elapsed = Math.Max(0, (now - last).TotalSeconds);
        if (elapsed > 0)
        {
            (last, age) = (now, age + elapsed);
            tokens = Math.Min(burst, tokens + perSecond * elapsed);
            arrivals *= Math.Exp(-elapsed / Horizon);
        }
        arrivals++;
    }

    /// <summary>Gives back a question that was not asked after all.</summary>
    public void GiveBack() => tokens = Math.Min(burst, tokens + 1);

    /// <summary>Takes one question from the budget, if there is one.</summary>
    public bool TrySpend()
    {
        if (tokens < 1)
            return false;
        tokens--;
        return true;
    }
}
