using Worker.Core.Anomaly;
using Worker.Learning.Evaluating.Curves;

namespace Worker.Learning.Evaluating;

/// <summary>What a reference says of some texts.</summary>
/// <param name="PValues">[texts].</param>
/// <param name="Scores">Sums of the channels; [texts].</param>
/// <param name="Channels">Each channel's values; [texts].</param>
public sealed record ChannelValues(float[] PValues, float[] Scores, IReadOnlyDictionary<string, float[]> Channels)
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

/// <summary>How well a score tells texts unlike the known ones (positives here) from known ones.</summary>
/// <param name="Auroc">Chance that an unlike text scores above a known one.</param>
/// <param name="Aupr">Average precision, see <see cref="RankingMetrics.AveragePrecision"/>.</param>
/// <param name="Fpr95">Share of known texts that score as high as the score that 95% of the unlike ones reach.</param>
public sealed record SeparationMetrics(double Auroc, double Aupr, double Fpr95)
{
    /// <summary>Share of unlike texts found against share of known ones flagged.</summary>
    public IReadOnlyList<OperatingPoint> Roc { get; init; } = [];

    /// <exception cref="ArgumentException">One of both is empty.</exception>
    public static SeparationMetrics Of(ReadOnlySpan<float> known, ReadOnlySpan<float> unlike)
    {
        if (known.IsEmpty || unlike.IsEmpty)
            throw new ArgumentException($"{known.Length} known and {unlike.Length} unlike texts: at least one of each is needed", nameof(known));
        var scores = new double[known.Length + unlike.Length];
        var answers = new bool[scores.Length];
        for (var i = 0; i < known.Length; i++)
            scores[i] = known[i];
        for (var i = 0; i < unlike.Length; i++)
            (scores[known.Length + i], answers[known.Length + i]) = (unlike[i], true);
        var sorted = unlike.ToArray();
        Array.Sort(sorted);
        // The highest threshold that at least 95% of the unlike reach.
        var threshold = sorted[sorted.Length - (int)Math.Ceiling(0.95 * sorted.Length)];
        var flagged = 0;
        foreach (var score in known)
            flagged += score >= threshold ? 1 : 0;
        return new SeparationMetrics(RankingMetrics.RocAuc(scores, answers)!.Value, RankingMetrics.AveragePrecision(scores, answers), (double)flagged / known.Length)
        {
            Roc = OperatingCurves.Roc(new ScoredAnswers(scores, answers)),
        };
    }
}

/// <summary>How well an anomaly reference works on texts of both kinds.</summary>
/// <param name="Together">Of the channels' sum, whose p-value is published.</param>
/// <param name="Channels">Of each channel alone.</param>
/// <param name="Known">Known texts.</param>
/// <param name="Unlike">Texts unlike them.</param>
/// <param name="KnownFlagged">Share of known texts with p ≤ 0.05: at most about 0.05 when the reference is right about them.</param>
/// <param name="UnlikeFlagged">Share of unlike texts with p ≤ 0.05.</param>
public sealed record AnomalyMetrics(
    SeparationMetrics Together, IReadOnlyDictionary<string, SeparationMetrics> Channels, int Known, int Unlike, double KnownFlagged, double UnlikeFlagged)
{
    /// <summary>The level that the two shares are of.</summary>
    public const float Level = 0.05f;

    public static AnomalyMetrics Of(AnomalyReference reference, ChannelValues known, ChannelValues unlike) => new(
        SeparationMetrics.Of(known.Scores, unlike.Scores),
        reference.Channels.Select(c => c.Channel.Name).ToDictionary(name => name, name => SeparationMetrics.Of(known.Channels[name], unlike.Channels[name]), StringComparer.Ordinal),
        known.Scores.Length,
        unlike.Scores.Length,
        Flagged(known.PValues),
        Flagged(unlike.PValues));

    private static double Flagged(float[] pValues) => (double)pValues.Count(p => p <= Level) / pValues.Length;
}
