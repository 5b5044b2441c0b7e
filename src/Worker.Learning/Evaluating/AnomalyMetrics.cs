using Worker.Core.Anomaly;
using Worker.Learning.Evaluating.Curves;

namespace Worker.Learning.Evaluating;

/// <summary>Scores of a reference for some texts.</summary>
/// <param name="PValues">[texts].</param>
/// <param name="Scores">Sums of the channels; [texts].</param>
/// <param name="Channels">Each channel's values; [texts].</param>
internal sealed record ChannelValues(float[] PValues, float[] Scores, IReadOnlyDictionary<string, float[]> Channels)
{
    public static ChannelValues Of(AnomalyReference reference, in AnomalyTexts texts)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        var channels = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var (channel, _) in reference.Channels)
        {
            var values = new float[texts.Count];
            channel.Score(texts, values, parallel);
            channels.Add(channel.Name, values);
        }
        var scores = new float[texts.Count];
        AnomalyScorer.Scores(reference, texts, scores, parallel);
        return new ChannelValues(Array.ConvertAll(scores, reference.Scores.PValue), scores, channels);
    }
}

/// <summary>
/// How well a score separates unknown texts, which are out of distribution (the positives here), from known ones.
/// </summary>
/// <param name="Auroc">Chance that an unknown text scores above a known one.</param>
/// <param name="Aupr">Average precision, see <see cref="RankingMetrics.AveragePrecision"/>.</param>
/// <param name="Fpr95">Share of known texts that score as high as the score that 95% of the unknown ones reach.</param>
internal sealed record SeparationMetrics(double Auroc, double Aupr, double Fpr95)
{
    /// <summary>Share of unknown texts found against share of known texts flagged.</summary>
    public IReadOnlyList<OperatingPoint> Roc { get; init; } = [];

    /// <exception cref="ArgumentException">One of the two is empty.</exception>
    public static SeparationMetrics Of(ReadOnlySpan<float> known, ReadOnlySpan<float> unknown)
    {
        if (known.IsEmpty || unknown.IsEmpty)
            throw new ArgumentException(
                $"{known.Length} known and {unknown.Length} unlike texts: at least one of each is needed",
                nameof(known));
        var scores = new double[known.Length + unknown.Length];
        var answers = new bool[scores.Length];
        for (var i = 0; i < known.Length; i++)
            scores[i] = known[i];
        for (var i = 0; i < unknown.Length; i++)
            (scores[known.Length + i], answers[known.Length + i]) = (unknown[i], true);
        var sorted = unknown.ToArray();
        Array.Sort(sorted);
        // The highest threshold that at least 95% of the unknown texts reach.
        var threshold = sorted[sorted.Length - (int)Math.Ceiling(0.95 * sorted.Length)];
        var flagged = 0;
        foreach (var score in known)
            flagged += score >= threshold ? 1 : 0;
        return new SeparationMetrics(RankingMetrics.RocAuc(scores, answers)!.Value,
            RankingMetrics.AveragePrecision(scores, answers), (double)flagged / known.Length)
        {
            Roc = OperatingCurves.Roc(new ScoredAnswers(scores, answers)),
        };
    }
}

/// <summary>How well an anomaly reference works on texts of both kinds.</summary>
/// <param name="Together">Of the channels' sum, whose p-value is published.</param>
/// <param name="Channels">Of each channel alone.</param>
/// <param name="Known">Known texts.</param>
/// <param name="Unknown">Texts unlike them.</param>
/// <param name="KnownFlagged">Share of known texts with p ≤ 0.05: at most about 0.05 if the reference is right about
/// them.</param>
/// <param name="UnknownFlagged">Share of unknown texts with p ≤ 0.05.</param>
internal sealed record AnomalyMetrics(
    SeparationMetrics Together, IReadOnlyDictionary<string, SeparationMetrics> Channels, int Known, int Unknown,
    double KnownFlagged, double UnknownFlagged)
{
    /// <summary>The level of the two shares.</summary>
    public const float Level = 0.05f;

    public static AnomalyMetrics Of(AnomalyReference reference, ChannelValues known, ChannelValues unknown) => new(
        SeparationMetrics.Of(known.Scores, unknown.Scores),
        reference.Channels.Select(c => c.Channel.Name).ToDictionary(
            name => name, name => SeparationMetrics.Of(known.Channels[name], unknown.Channels[name]),
            StringComparer.Ordinal),
        known.Scores.Length,
        unknown.Scores.Length,
        Flagged(known.PValues),
        Flagged(unknown.PValues));

    private static double Flagged(float[] pValues) => (double)pValues.Count(p => p <= Level) / pValues.Length;
}
