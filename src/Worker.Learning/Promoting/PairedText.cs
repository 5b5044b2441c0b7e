using Worker.Learning.Examples;

namespace Worker.Learning.Promoting;

/// <summary>
/// One distinct text: the mean over its copies, so that copies count once and it does not matter which comes first.
/// Everything but the weight is in [0, 1], or in nats.
/// </summary>
/// <param name="Weight">Mean of the copies' weights, cut so that a few texts do not decide alone.</param>
/// <param name="Answer">Share of yes.</param>
/// <param name="Champion">Its probability; the base rate where there is no champion.</param>
/// <param name="Challenger">Its probability.</param>
/// <param name="ChampionLoss">Its log-loss, clipped.</param>
/// <param name="ChallengerLoss">Its log-loss, clipped.</param>
/// <param name="ChampionRight">Share of decisions that were right.</param>
/// <param name="TurnedWrong">Share of decisions that were right and are wrong.</param>
/// <param name="TurnedRight">Share of decisions that were wrong and are right.</param>
internal readonly record struct PairedText(
    double Weight, double Answer, double Champion, double Challenger, double ChampionLoss, double ChallengerLoss,
    double ChampionRight, double TurnedWrong, double TurnedRight)
{
    /// <summary>By how much the challenger's loss is lower, in nats.</summary>
    public double Gain => ChampionLoss - ChallengerLoss;

    /// <summary>
    /// The distinct texts, in an order of their values: sums and draws come out the same, to the last bit, in whichever
    /// order the rows were given.
    /// </summary>
    /// <param name="clip">Probabilities are kept so far from 0 and 1.</param>
    public static PairedText[] Of(ComparedRows rows, double clip)
    {
        var (values, sizes) = (new List<PairedText>[rows.Groups.Count], rows.Groups.Sizes());
        for (var row = 0; row < rows.Answers.Length; row++)
        {
            ref var copies = ref values[rows.Groups[row]];
            copies ??= new List<PairedText>(sizes[rows.Groups[row]]);
            copies.Add(One(rows, row, clip));
        }
        PairedText[] texts = [.. values.Select(Mean)];
        var weights = ImportanceWeights.Truncated(Array.ConvertAll(texts, text => text.Weight));
        for (var text = 0; text < texts.Length; text++)
            texts[text] = texts[text] with { Weight = weights[text] };
        if (rows.Champion is null)
            texts = AgainstBaseRate(texts, clip);
        Array.Sort(texts, Compare);
        return texts;
    }

    /// <summary>Effective number of answers of a kind.</summary>
    public static double Effective(PairedText[] texts, bool yes) => ImportanceWeights.EffectiveSize(
        texts.Select(text => text.Weight * (yes ? text.Answer : 1 - text.Answer)));

    /// <summary>Weighted mean of a value.</summary>
    public static double Mean(PairedText[] texts, Func<PairedText, double> value)
    {
        var (sum, weights) = (0.0, 0.0);
        foreach (var text in texts)
            (sum, weights) = (sum + text.Weight * value(text), weights + text.Weight);
        return sum / weights;
    }

    private static PairedText One(ComparedRows rows, int row, double clip)
    {
        var (answer, challenger) = (rows.Answers[row], rows.Challenger.Probabilities[row]);
        var right = rows.Challenger.Decisions[row] == answer;
        var text = new PairedText(
            rows.Weights[row], answer ? 1 : 0, 0, challenger, 0, Loss(challenger, answer, clip), 0, 0, 0);
        if (rows.Champion is not { } champion)
            return text;
        var wasRight = champion.Decisions[row] == answer;
        return text with
        {
            Champion = champion.Probabilities[row],
            ChampionLoss = Loss(champion.Probabilities[row], answer, clip),
            ChampionRight = wasRight ? 1 : 0,
            TurnedWrong = wasRight && !right ? 1 : 0,
            TurnedRight = !wasRight && right ? 1 : 0,
        };
    }

    /// <summary>
    /// Holds a first head against the share of yes among the very rows that judge: the best of all constants, so that
    /// the head is not favoured.
    /// </summary>
    private static PairedText[] AgainstBaseRate(PairedText[] texts, double clip)
    {
        Array.Sort(texts, Compare);
        var share = texts.Length == 0 ? 0.5 : Mean(texts, text => text.Answer);
        var (yes, no) = (Loss(share, true, clip), Loss(share, false, clip));
        return Array.ConvertAll(texts, text => text with
        {
            Champion = share,
            ChampionLoss = text.Answer * yes + (1 - text.Answer) * no,
        });
    }

    private static double Loss(double p, bool answer, double clip) =>
        -Math.Log(Math.Clamp(answer ? p : 1 - p, clip, 1 - clip));

    private static PairedText Mean(List<PairedText> copies)
    {
        if (copies.Count == 1)
            return copies[0];
        copies.Sort(Compare);
        return new PairedText(
            copies.Average(c => c.Weight), copies.Average(c => c.Answer), copies.Average(c => c.Champion),
            copies.Average(c => c.Challenger), copies.Average(c => c.ChampionLoss),
            copies.Average(c => c.ChallengerLoss), copies.Average(c => c.ChampionRight),
            copies.Average(c => c.TurnedWrong), copies.Average(c => c.TurnedRight));
    }

    private static int Compare(PairedText a, PairedText b)
    {
        var order = a.Challenger.CompareTo(b.Challenger);
        order = order != 0 ? order : a.Champion.CompareTo(b.Champion);
        order = order != 0 ? order : a.Answer.CompareTo(b.Answer);
        order = order != 0 ? order : a.Weight.CompareTo(b.Weight);
        order = order != 0 ? order : a.ChampionLoss.CompareTo(b.ChampionLoss);
        order = order != 0 ? order : a.ChallengerLoss.CompareTo(b.ChallengerLoss);
        order = order != 0 ? order : a.ChampionRight.CompareTo(b.ChampionRight);
        order = order != 0 ? order : a.TurnedWrong.CompareTo(b.TurnedWrong);
        return order != 0 ? order : a.TurnedRight.CompareTo(b.TurnedRight);
    }
}
