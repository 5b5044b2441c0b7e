using System.Runtime.InteropServices;
using Worker.Core.Heads;
using Worker.Learning.Calibrating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Ensembles;

/// <summary>
/// Heads of one label, each fitted to another part of the answers (bagging, Breiman 1996). Parts are drawn without
/// replacement, as many distinct texts as a bootstrap sample has on average (1 − 1/e; subagging, Bühlmann and Yu 2002):
/// with replacement a text would be both fitted on and held out, and the penalty would be chosen on known texts. Every
/// label has its own parts, with the same share of its yes and no; copies of a text are all in a part or all outside.
/// </summary>
internal static class Bagging
{
    /// <summary>Share of the distinct texts of either answer in a part.</summary>
    public const double Share = 0.632;

    /// <summary>Trains members for every label.</summary>
    /// <param name="options">Calibration is Platt's, whatever it says: a curve could not be folded.</param>
    /// <param name="derived">Additional examples for all members; null for none.</param>
    /// <param name="progress">Called after every pass; may be null.</param>
    /// <returns>By label, in the order of members; labels that are too rare for a part are missing.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<Head>> Train(
        FeatureMatrix features, DataSet data, string feature, string encoder, TrainingOptions options, int members,
        DerivedExamples? derived = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        var byLabel = new Dictionary<string, List<Head>>(StringComparer.Ordinal);
        for (var member = 0; member < members; member++)
        {
            var own = options with { Seed = Seed(options.Seed, member), Calibration = CalibrationMethod.Platt };
            foreach (var head in HeadTrainer.Train(
                features, Part(data, options.Seed, member), feature, encoder, own, derived: derived,
                progress: progress, cancellation: cancellation).Heads)
            {
                if (!byLabel.TryGetValue(head.Label, out var heads))
                    byLabel[head.Label] = heads = [];
                heads.Add(head);
            }
        }
        return byLabel.Where(entry => entry.Value.Count == members).ToDictionary(
            entry => entry.Key, entry => (IReadOnlyList<Head>)entry.Value, StringComparer.Ordinal);
    }

    /// <summary>
    /// Which groups of copies a member is fitted on, for one label; [groups]. The same for the same seed.
    /// </summary>
    /// <param name="label">Column of the answers.</param>
    public static bool[] Part(DataSet data, int label, int seed, int member)
    {
        var random = new Random(LabelSeed.Of(Seed(seed, member), data.Labels[label]));
        List<int>[] sides = [[], []];
        var seen = new bool[data.Groups.Count];
        for (var row = 0; row < data.Texts.Count; row++)
            if (data.Answers[row, label] is not AnswerMatrix.Unknown and var answer && !seen[data.Groups[row]])
            {
                seen[data.Groups[row]] = true;
                sides[answer == AnswerMatrix.Yes ? 0 : 1].Add(data.Groups[row]);
            }
        var part = new bool[data.Groups.Count];
        foreach (var groups in sides)
        {
            random.Shuffle(CollectionsMarshal.AsSpan(groups));
            foreach (var group in groups.Take((int)Math.Ceiling(Share * groups.Count)))
                part[group] = true;
        }
        return part;
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

    /// <summary>The same texts, with unknown answers outside a member's parts; no feature is copied.</summary>
    private static DataSet Part(DataSet data, int seed, int member)
    {
        var labels = data.Labels.Length;
        var values = new sbyte[checked(data.Texts.Count * labels)];
        Array.Fill(values, AnswerMatrix.Unknown);
        for (var label = 0; label < labels; label++)
        {
            var part = Part(data, label, seed, member);
            for (var row = 0; row < data.Texts.Count; row++)
                if (part[data.Groups[row]])
                    values[row * labels + label] = data.Answers[row, label];
        }
        return data.WithAnswers(new AnswerMatrix(data.Texts.Count, labels, values));
    }

    private static int Seed(int seed, int member) => unchecked(seed * 7919 + member + 1);
}
