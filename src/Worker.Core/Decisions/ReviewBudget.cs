namespace Worker.Core.Decisions;

/// <summary>
/// A token bucket of questions, and how choosy it makes: asked "given this clock and these counts, what share may be
/// asked now?". In any stretch of time at most burst + rate · time questions are spent.
/// </summary>
internal sealed class ReviewBudget
{
    /// <summary>
    /// What is saved is spent over about so long, and the stream's rate is that of about so long; seconds.
    /// </summary>
    private const double Horizon = 60;

    private readonly double perSecond;
    private readonly double burst;
    private double tokens;
    private double arrivals;
    private double age;
    private DateTimeOffset last;

    /// <param name="perHour">Questions an hour.</param>
    /// <param name="burst">Questions that may be saved up; it starts with them.</param>
    public ReviewBudget(double perHour, double burst)
    {
        perSecond = perHour / 3600;
        this.burst = tokens = perHour > 0 ? burst : 0;
    }

    /// <summary>Messages a second, over about the last minute.</summary>
    public double Rate => arrivals / (Horizon * (1 - Math.Exp(-Math.Max(age, 1) / Horizon)));

    /// <summary>The share of the messages that the budget is enough for; above 1 when it is enough for all.</summary>
    public double Share =>
        tokens < 1 ? 0 : arrivals == 0 ? double.PositiveInfinity : (tokens / Horizon + perSecond) / Rate;

    /// <summary>Time goes on, and a message that wants review arrives. A clock that goes back stands still.</summary>
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

    /// <summary>A question that was spent was not asked after all.</summary>
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
