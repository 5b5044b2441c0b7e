namespace Worker.Core.Anomaly;

/// <summary>
/// How surprising it is that a text's tokens follow each other: the mean of −ln p(token | the one before it), in nats
/// (the logarithm of the perplexity), by pairs counted in known texts and smoothed as Witten and Bell (1991) do.
/// Gibberish and other languages break into tokens that were never seen together.
/// </summary>
public sealed class PerplexityChannel : IAnomalyChannel
{
    public const string ChannelName = "perplexity";

    private readonly Dictionary<int, float> single = [];
    private readonly Dictionary<long, float> pairs = [];

    /// <summary>For a token: how often another follows it, and how many different tokens do.</summary>
    private readonly Dictionary<int, (float Followed, float Kinds)> before = [];

    private readonly float unseen;

    /// <param name="counts">Of known texts; at least one pair.</param>
    /// <exception cref="ArgumentException">The arrays do not belong together, or are empty.</exception>
    public PerplexityChannel(TokenPairCounts counts)
    {
        if (counts.Tokens.Length == 0 || counts.First.Length == 0)
            throw new ArgumentException("there are no known token pairs", nameof(counts));
        if (counts.Tokens.Length != counts.Times.Length || counts.First.Length != counts.Second.Length
            || counts.First.Length != counts.PairTimes.Length)
            throw new ArgumentException("token pairs and their counts do not belong together", nameof(counts));
        if (!Whole(counts.Tokens, 0) || !Whole(counts.Times, 1) || !Whole(counts.First, 0) || !Whole(counts.Second, 0)
            || !Whole(counts.PairTimes, 1))
            throw new ArgumentException("tokens and their counts must be whole numbers", nameof(counts));
        Counts = counts;
        // 1. Single tokens: unseen tokens get a share of the mass equal to the share of distinct tokens.
        var (total, kinds) = (counts.Times.Sum(), counts.Tokens.Length);
        unseen = kinds / (total + kinds) / (1 + counts.Tokens.Max());
        for (var i = 0; i < counts.Tokens.Length; i++)
            single[(int)counts.Tokens[i]] = counts.Times[i] / (total + kinds) + unseen;
        // 2. Pairs, and how many tokens follow each.
        for (var i = 0; i < counts.First.Length; i++)
        {
            var (followed, different) = before.GetValueOrDefault((int)counts.First[i]);
            before[(int)counts.First[i]] = (followed + counts.PairTimes[i], different + 1);
            pairs[Key((int)counts.First[i], (int)counts.Second[i])] = counts.PairTimes[i];
        }
    }

    public string Name => ChannelName;

    public TokenPairCounts Counts { get; }

    public IReadOnlyList<string> Features => [];

    public int Width => 0;

    /// <inheritdoc/>
    public void Score(in AnomalyTexts texts, Span<float> values, ParallelOptions parallel)
    {
        for (var text = 0; text < texts.Count; text++)
            values[text] = Surprise(texts.Tokens[text]);
    }

    /// <summary>A token pair as a dictionary's key.</summary>
    public static long Key(int first, int second) => ((long)first << 32) | (uint)second;

    /// <summary>Whether all are whole numbers of at least a minimum that fit an int.</summary>
    private static bool Whole(float[] values, float minimum) =>
        Array.TrueForAll(values, value => value >= minimum && value < int.MaxValue && value == MathF.Floor(value));

    /// <summary>Mean over the tokens after the first, which marks the beginning; 0 if there are none.</summary>
    private float Surprise(ReadOnlySpan<int> tokens)
    {
        var sum = 0f;
        for (var i = 1; i < tokens.Length; i++)
            sum -= MathF.Log(Probability(tokens[i - 1], tokens[i]));
        return tokens.Length < 2 ? 0 : sum / (tokens.Length - 1);
    }

    private float Probability(int first, int second)
    {
        var alone = single.GetValueOrDefault(second, unseen);
        if (!before.TryGetValue(first, out var known))
            return alone;
        return (pairs.GetValueOrDefault(Key(first, second)) + known.Kinds * alone) / (known.Followed + known.Kinds);
    }
}

/// <summary>
/// How often tokens, and pairs of tokens, occur in known texts; whole numbers, as a reference's file keeps them.
/// </summary>
/// <param name="Tokens">Ids; [kinds of token].</param>
/// <param name="Times">[kinds of token].</param>
/// <param name="First">Ids; [kinds of pair].</param>
/// <param name="Second">Ids; [kinds of pair].</param>
/// <param name="PairTimes">[kinds of pair].</param>
public sealed record TokenPairCounts(float[] Tokens, float[] Times, float[] First, float[] Second, float[] PairTimes);
