using System.Collections.Immutable;
using Worker.Core;
using Worker.Core.Anomaly;
using Worker.Core.Features;
using Worker.Learning.Examples;

namespace Worker.Learning.Anomaly;

/// <summary>Largest probability of any head for some texts, by heads that were fitted to others.</summary>
/// <param name="fitted">Texts that the heads may have seen.</param>
/// <param name="held">Texts to score.</param>
/// <returns>[held]; empty when there are no heads.</returns>
internal delegate float[] HeldOutProbabilities(int[] fitted, int[] held);

/// <summary>
/// Makes an anomaly reference from the texts that heads are trained on. Texts are held out fold by fold and scored by
/// channels fitted to the others. These values scale the channels and are the basis of p-values (cross-conformal, Vovk
/// 2015). Copies and near-copies of a text are held out with it and count once, because no text is strange next to its
/// copy. The reference itself is then fitted to all texts.
/// </summary>
internal static class AnomalyTrainer
{
    /// <summary>
    /// Fewer texts than this make no reference, because their p-values would have steps too large to flag anything.
    /// </summary>
    public const int MinimumTexts = 40;

    /// <param name="texts">Features of all texts of the data set, in order; see <see cref="NeededFeatures"/>.
    /// Probabilities are not used.</param>
    /// <param name="data">Their labels.</param>
    /// <param name="encoder">Hash of the encoder.</param>
    /// <param name="layers">Layers of the encoder.</param>
    /// <param name="probabilities">Null leaves out the channel of head probabilities.</param>
    /// <exception cref="AnomalyTrainingException">Too few texts.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static AnomalyReference Train(
        in AnomalyTexts texts, DataSet data, string encoder, int layers, HeldOutProbabilities? probabilities,
        AnomalyTrainingOptions options, CancellationToken cancellation)
    {
        if (options.Problems() is { Count: > 0 } problems)
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        if (texts.Count < MinimumTexts)
            throw new AnomalyTrainingException(
                $"an anomaly reference needs at least {MinimumTexts} texts, there are {texts.Count}");
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism,
            CancellationToken = cancellation,
        };
        var classes = TextClasses.From(data);
        var fit = new ChannelFit(texts, classes, layers, options, parallel, probabilities is not null);
        // 1. Values of held-out texts, channel by channel.
        var usable = Enumerable.Range(0, texts.Count).Where(row => !fit.Unusable.Contains(row)).ToArray();
        var groups = data.Groups;
        var order = usable.DistinctBy(row => groups[row]).ToArray();
        if (order.Length < MinimumTexts)
            throw new AnomalyTrainingException($"an anomaly reference needs at least {MinimumTexts} texts, there are" +
                $" {order.Length} distinct ones with features that are finite numbers");
        new Random(options.Seed).Shuffle(order);
        var folds = order.Length >= options.OneFoldFrom ? 1 : options.Folds;
        var values = HeldOut(fit, Folds(order, classes.Of, options.Folds).Take(folds), usable, groups, probabilities);
        // 2. The reference from all texts, on the held-out texts' scales.
        var channels = fit.Fit(usable).Where(channel => values.ContainsKey(channel.Name)).ToArray();
        ImmutableArray<ScaledChannel> scaled =
            [.. channels.Select(c => new ScaledChannel(c, EmpiricalTail.Of([.. values[c.Name]])))];
        var sums = new float[values[channels[0].Name].Count];
        foreach (var (channel, tail) in scaled)
            for (var i = 0; i < sums.Length; i++)
                sums[i] += tail.Surprise(values[channel.Name][i]);
        Array.Sort(sums);
        return new AnomalyReference
        {
            Encoder = encoder,
            Channels = scaled,
            Scores = new ConformalScores(EmpiricalTail.Thin(sums, ConformalScores.MaximumScores)),
            Texts = usable.Length,
            Classes = classes.Count,
        };
    }

    /// <summary>
    /// Texts fold by fold, in their order. A class's texts are spread evenly, so that no fold holds all texts of a
    /// small class.
    /// </summary>
    private static IEnumerable<int[]> Folds(int[] order, int[] classes, int folds)
    {
        var fold = new int[classes.Length];
        var next = 0;
        foreach (var row in order.OrderBy(row => classes[row]))
            fold[row] = next++ % folds;
        return Enumerable.Range(0, folds).Select(number => order.Where(row => fold[row] == number).ToArray());
    }

    /// <summary>
    /// Values of held-out texts, channel by channel. A channel that one fold cannot give (every text of a class is held
    /// out, or no head can be fitted to the rest) is left out, so that a text's sum has the same channels everywhere.
    /// </summary>
    private static Dictionary<string, List<float>> HeldOut(
        ChannelFit fit, IEnumerable<int[]> folds, int[] usable, TextGroups groups, HeldOutProbabilities? probabilities)
    {
        Dictionary<string, List<float>>? values = null;
        foreach (var fold in folds)
        {
            var held = fold.Take(ConformalScores.MaximumScores).Order().ToArray();
            var with = held.Select(row => groups[row]).ToHashSet();
            var rest = usable.Where(row => !with.Contains(groups[row])).ToArray();
            var found = fit.HeldOut(rest, held, probabilities)
                .ToDictionary(one => one.Channel, one => one.Values, StringComparer.Ordinal);
            values ??= found.Keys.ToDictionary(channel => channel, _ => new List<float>(), StringComparer.Ordinal);
            foreach (var channel in values.Keys.ToArray())
                if (found.TryGetValue(channel, out var more))
                    values[channel].AddRange(more);
                else
                    values.Remove(channel);
        }
        return values!;
    }

    /// <summary>Features that a reference needs, for an encoder with a number of layers.</summary>
    public static ImmutableArray<string> NeededFeatures(int layers) => FeatureNames.Expand([FeatureNames.Taps], layers);

    /// <summary>
    /// The first of the taps, layer 3 of 6: if only one class is known, it sees what the last layer does not.
    /// </summary>
    internal static string MiddleLayer(int layers) => NeededFeatures(layers)[0];
}

/// <summary>No reference can be made of these texts; the message says why.</summary>
internal sealed class AnomalyTrainingException(string reason) : UserFacingException(reason);
