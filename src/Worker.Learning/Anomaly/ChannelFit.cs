using Worker.Core.Anomaly;
using Worker.Core.Features;
using Worker.Core.Windows;
using Worker.Learning.Fitting;

namespace Worker.Learning.Anomaly;

/// <summary>
/// Fits the channels to some of the texts and scores others. If classes are known, the channels are nearest references,
/// head probabilities and relative Mahalanobis distance. If there is only one class, they are local outlier factor and
/// length. Perplexity is added if asked for.
/// </summary>
internal sealed class ChannelFit
{
    private readonly AnomalyTexts texts;
    private readonly TextClasses classes;
    private readonly AnomalyTrainingOptions options;
    private readonly ParallelOptions parallel;
    private readonly bool heads;
    private readonly string last = FeatureNames.Mean;
    private readonly string middle;
    private readonly IReadOnlyList<string> taps;
    private readonly FeatureMatrix lastMean;
    private readonly FeatureMatrix tapMeans;

    public ChannelFit(AnomalyTexts texts, TextClasses classes, int layers, AnomalyTrainingOptions options,
        ParallelOptions parallel, bool heads)
    {
        (this.texts, this.classes, this.options, this.parallel, this.heads) = (
            texts, classes, options, parallel, heads);
        taps = FeatureNames.Expand([FeatureNames.Taps], layers);
        middle = AnomalyTrainer.MiddleLayer(layers);
        lastMean = Matrix(OneClass ? [middle] : [last]).Mended(out var unusable);
        tapMeans = (OneClass ? lastMean : Matrix(taps)).Mended(out var more);
        Unusable = unusable.Concat(more).ToHashSet();
    }

    /// <summary>
    /// Texts whose features are not finite numbers; nothing may be fitted to them or learned from their values.
    /// </summary>
    public IReadOnlySet<int> Unusable { get; }

    private bool OneClass => classes.Count < 2;

    /// <summary>Channels fitted to some texts.</summary>
    public IReadOnlyList<IAnomalyChannel> Fit(int[] rows)
    {
        var random = new Random(options.Seed);
        var bank = ReferenceBanks.Thin(lastMean, rows, classes.Of, options.References, random, parallel);
        List<IAnomalyChannel> channels = options.Perplexity && TokenPairs.Fit(texts.Tokens, rows) is { } perplexity
            ? [perplexity]
            : [];
        if (OneClass)
            return [ReferenceBanks.OutlierFactor(middle, lastMean, bank, options.OutlierNeighbours,
                parallel), new LengthChannel(Lengths(rows)), .. channels];
        channels.Add(ReferenceBanks.Neighbours(last, lastMean, bank, options.Neighbours, parallel));
        if (heads)
            channels.Add(new ProbabilityChannel());
        if (DiscriminantFit.Fit(tapMeans, rows, classes.Of, classes.Count, parallel) is { } distance)
            channels.Add(new MahalanobisChannel(taps, distance));
        return channels;
    }

    /// <summary>Each channel's values of held-out texts, fitted to the rest.</summary>
    public IEnumerable<(string Channel, float[] Values)> HeldOut(
        int[] rest, int[] held, HeldOutProbabilities? probabilities)
    {
        using var tokens = Tokens(held);
        var largest = probabilities?.Invoke(rest, held) ?? [];
        var some = new AnomalyTexts(
            held.Length, texts.Layout, Rows(held), largest.Length == 0 ? 0 : 1, largest, tokens);
        var found = new List<(string, float[])>();
        foreach (var channel in Fit(rest))
        {
            if (channel is ProbabilityChannel && largest.Length == 0)
                continue;
            var values = new float[held.Length];
            channel.Score(some, values, parallel);
            found.Add((channel.Name, values));
        }
        return found;
    }

    private FeatureMatrix Matrix(IReadOnlyList<string> names)
    {
        var gathered = texts.Gather(names);
        return new FeatureMatrix(gathered, gathered.Length / texts.Count);
    }

    private float[] Lengths(int[] rows)
    {
        var lengths = rows.Select(row => (float)texts.Tokens.Length(row)).Order().ToArray();
        return EmpiricalTail.Thin(lengths, EmpiricalTail.MaximumKnots);
    }

    private float[] Rows(int[] rows)
    {
        var width = texts.Layout.Width;
        var copied = new float[rows.Length * width];
        for (var i = 0; i < rows.Length; i++)
            texts.Features.Span.Slice(rows[i] * width, width).CopyTo(copied.AsSpan(i * width));
        return copied;
    }

    private TokenWindow Tokens(int[] rows)
    {
        var window = new TokenWindow(rows.Length);
        foreach (var row in rows)
        {
            texts.Tokens[row].CopyTo(window.Room(texts.Tokens.Length(row)));
            window.Add(texts.Tokens.Length(row));
        }
        return window;
    }
}
