namespace Worker.Core.Anomaly;

/// <summary>
/// Notices that unknown texts have become more frequent, by betting against it (a conformal test martingale: Vovk,
/// Nouretdinov and Gammerman 2003; betting functions as Fedorova, Gammerman, Nouretdinov and Vovk 2012). Each bet says
/// of one level c that the share of messages with p ≤ c is q, and stakes all of its capital on that at fair odds. While
/// shares are what they should be the capital is a supermartingale, which by Ville's inequality reaches 1/alpha with
/// probability alpha at most, however long one looks.
/// <para>
/// A bet that began with the stream has lost everything when the change comes at last. So a part of the capital sleeps,
/// and some of it wakes with each message (a mixture over the times of the change, as sleepers in Vovk, Petej,
/// Nouretdinov, Ahlberg, Carlsson and Gammerman 2021): after a million quiet messages it takes some hundred more.
/// </para>
/// <para>
/// Only shares below a level are bet on: p-values with ties, or in steps, are never too frequent there when they are
/// right, and such bets then lose at worst. Constant time and memory; nothing is allocated. One caller at a time.
/// </para>
/// </summary>
public sealed class AnomalyMartingale
{
    /// <summary>Numbers in <see cref="Save"/>'s state.</summary>
    public const int StateLength = 8;

    /// <summary>Half of the capital is awake after about 1.7 times as many messages.</summary>
    private const double Scale = 100;

    /// <summary>More capital says nothing more, and would overflow in the end.</summary>
    private const double MaximumCapital = 1e100;

    /// <summary>
    /// A level is bet on when so many known texts lie below it: fewer do not tell what its share should be.
    /// </summary>
    private const int KnownBelow = 40;

    // Where known texts have 1%, 5% and 20%: twice and more.
    private static readonly (float Level, double Share)[] Bets =
        [(0.01f, 0.02), (0.01f, 0.05), (0.05f, 0.1), (0.05f, 0.2), (0.2f, 0.35), (0.2f, 0.5)];

    private readonly double alpha;

    /// <summary>What a bet's capital is multiplied with when p is at most its level, and when it is above.</summary>
    private readonly (double Below, double Above)[] odds = new (double, double)[Bets.Length];

    /// <summary>Part of what wakes that each bet gets.</summary>
    private readonly double[] parts = new double[Bets.Length];

    /// <summary>Capital that is awake; a bet each.</summary>
    private readonly double[] capital = new double[Bets.Length];

    /// <param name="alpha">Probability of ever a false alarm; in (0, 1).</param>
    /// <param name="known">Known texts that p-values are counted in; at least 1. Of few of them only high levels are
    /// bet on.</param>
    /// <param name="tolerance">
    /// How many times the share that it should be is still as it should be: at most tolerance · c of the messages have
    /// p ≤ c; in [1, 1.5]. 1 is for p-values that are exact; a reference's are as exact as known texts are many, and a
    /// long stream would show what is missing.
    /// </param>
    public AnomalyMartingale(double alpha = 0.01, int known = int.MaxValue, double tolerance = 1.25)
    {
        if (!(alpha is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "a probability of false alarm lies between " +
                "0 and 1, e.g. 0.01");
        ArgumentOutOfRangeException.ThrowIfLessThan(known, 1);
        if (!(tolerance is >= 1 and <= 1.5))
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "a tolerance is from 1 to 1.5");
        this.alpha = alpha;
        for (var bet = 0; bet < Bets.Length; bet++)
        {
            var (level, share) = Bets[bet];
            odds[bet] = (share / (tolerance * level), (1 - share) / (1 - tolerance * level));
            parts[bet] = (double)level * known >= KnownBelow || level == Bets[^1].Level ? 1 : 0;
        }
        var made = parts.Sum();
        for (var bet = 0; bet < Bets.Length; bet++)
            parts[bet] /= made;
        Reset();
    }

    /// <summary>Messages taken in since the start, or the last <see cref="Reset"/>.</summary>
    public long Seen { get; private set; }

    /// <summary>Capital of all bets and what sleeps; it began with 1.</summary>
    public double Wealth { get; private set; }

    /// <summary>The most that it ever was: 1 / Highest is a p-value that holds at all times.</summary>
    public double Highest { get; private set; }

    /// <summary>Whether it ever reached 1/alpha; stays so until <see cref="Reset"/>.</summary>
    public bool Alarm => Highest >= 1 / alpha;

    /// <summary>Takes the next message in.</summary>
    /// <param name="pValue">Its anomaly p-value, in (0, 1].</param>
    /// <returns>Whether the alarm went off with this message.</returns>
    public bool Observe(float pValue)
    {
        if (!(pValue is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(pValue), pValue, "a p-value lies above 0 and is at most 1");
        var before = Alarm;
        var woken = Asleep(Seen) - Asleep(Seen + 1);
        Seen++;
        Wealth = Asleep(Seen);
        for (var bet = 0; bet < capital.Length; bet++)
        {
            var factor = pValue <= Bets[bet].Level ? odds[bet].Below : odds[bet].Above;
            capital[bet] = Math.Min(MaximumCapital, (capital[bet] + parts[bet] * woken) * factor);
            Wealth += capital[bet];
        }
        Highest = Math.Max(Highest, Wealth);
        return Alarm && !before;
    }

    /// <summary>Starts anew, as after an alarm that was looked into, or with another reference.</summary>
    public void Reset()
    {
        Array.Clear(capital);
        (Seen, Wealth, Highest) = (0, 1, 1);
    }

    /// <summary>Writes all that there is to remember.</summary>
    /// <param name="state">Receives [<see cref="StateLength"/>].</param>
    public void Save(Span<double> state)
    {
        (state[0], state[1]) = (Seen, Highest);
        capital.CopyTo(state[2..]);
    }

    /// <summary>Goes on from a saved state, of one with the same alpha, known texts and tolerance.</summary>
    /// <param name="state">As <see cref="Save"/> wrote it.</param>
    /// <exception cref="ArgumentException">It is no such state; nothing has changed then.</exception>
    public void Restore(ReadOnlySpan<double> state)
    {
        if (state.Length != StateLength || !(state[0] is >= 0 and <= long.MaxValue / 2) || !(state[1] >= 1)
            || state[2..].ContainsAnyExceptInRange(0, MaximumCapital))
            throw new ArgumentException(
                $"not a state of an anomaly martingale: {StateLength} numbers, the second at least 1, none below 0",
                nameof(state));
        (Seen, Highest) = ((long)state[0], state[1]);
        state[2..].CopyTo(capital);
        Wealth = Asleep(Seen);
        foreach (var bet in capital)
            Wealth += bet;
    }

    /// <summary>
    /// Share of the capital that sleeps after so many messages. It falls slowly, so that a change is bet on whenever it
    /// comes: the chance that it comes at message t is put at about 1 / (t ln² t).
    /// </summary>
    private static double Asleep(long seen) => 1 / (1 + Math.Log(1 + seen / Scale));
}
