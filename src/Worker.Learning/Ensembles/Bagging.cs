using Worker.Core.Heads;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Ensembles;

/// <summary>
/// Heads of one label, each fitted to another part of the answers (bagging, Breiman 1996). Parts are drawn without
/// replacement, as many distinct texts as a bootstrap sample has on average (1 − 1/e; subagging, Bühlmann and Yu 2002):
/// with replacement a text would be both fitted on and held out, and the penalty would be chosen on known texts.
/// </summary>
internal static class Bagging
{
    /// <summary>Share of the texts in a part.</summary>
    public const double Share = 0.632;

    /// <summary>Trains members for every label; a label that is too rare in a part has one member fewer.</summary>
    /// <returns>By label; labels that no part could train are missing.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<Head>> Train(
        FeatureMatrix features, DataSet data, string feature, string encoder, TrainingOptions options, int members,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        var byLabel = new Dictionary<string, List<Head>>(StringComparer.Ordinal);
        for (var member = 0; member < members; member++)
        {
            var seed = unchecked(options.Seed * 7919 + member + 1);
            var part = Part(data, new Random(seed));
            foreach (var head in HeadTrainer.Train(
                features, part, feature, encoder, options with { Seed = seed }, cancellation: cancellation).Heads)
            {
                if (!byLabel.TryGetValue(head.Label, out var heads))
                    byLabel[head.Label] = heads = [];
                heads.Add(head);
            }
        }
        return byLabel.ToDictionary(
            entry => entry.Key, entry => (IReadOnlyList<Head>)entry.Value, StringComparer.Ordinal);
    }

    /// <summary>
    /// How much members disagree on a text: the standard deviation of their probabilities. It is large where other
    /// answers would have made another head. (The deviation of log-odds would be largest where all are sure, because it
    /// scales with the distance.)
    /// </summary>
    /// <param name="probabilities">One per member.</param>
    public static double Spread(ReadOnlySpan<double> probabilities)
    {
        var (mean, square) = (0.0, 0.0);
        foreach (var p in probabilities)
            mean += p / probabilities.Length;
        foreach (var p in probabilities)
            square += (p - mean) * (p - mean) / probabilities.Length;
        return Math.Sqrt(square);
    }

    /// <summary>The same texts, with unknown answers outside the part; no feature is copied.</summary>
    private static DataSet Part(DataSet data, Random random)
    {
        var rows = Enumerable.Range(0, data.Texts.Count).ToArray();
        random.Shuffle(rows);
        var (labels, kept) = (data.Labels.Length, (int)Math.Ceiling(Share * rows.Length));
        var values = new sbyte[checked(rows.Length * labels)];
        Array.Fill(values, AnswerMatrix.Unknown);
        foreach (var row in rows.AsSpan(0, kept))
            data.Answers.Row(row).CopyTo(values.AsSpan(row * labels, labels));
        return data.WithAnswers(new AnswerMatrix(rows.Length, labels, values));
    }
}
