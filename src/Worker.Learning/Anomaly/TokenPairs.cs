using Worker.Core.Anomaly;
using Worker.Core.Windows;

namespace Worker.Learning.Anomaly;

/// <summary>Counts tokens and pairs of tokens in known texts.</summary>
internal static class TokenPairs
{
    /// <summary>Maximum number of distinct pairs kept, the most frequent ones: 2.4 MB.</summary>
    private const int MaximumPairs = 200_000;

    /// <summary>Null if no text has two tokens.</summary>
    public static PerplexityChannel? Fit(TokenWindow texts, int[] rows)
    {
        var (single, pairs) = (new Dictionary<int, int>(), new Dictionary<long, int>());
        foreach (var row in rows)
        {
            var tokens = texts[row];
            for (var i = 1; i < tokens.Length; i++)
            {
                single[tokens[i]] = single.GetValueOrDefault(tokens[i]) + 1;
                var key = PerplexityChannel.Key(tokens[i - 1], tokens[i]);
                pairs[key] = pairs.GetValueOrDefault(key) + 1;
            }
        }
        if (pairs.Count == 0)
            return null;
        var one = single.OrderBy(entry => entry.Key).ToArray();
        var two = pairs.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(MaximumPairs)
            .OrderBy(entry => entry.Key).ToArray();
        return new PerplexityChannel(new TokenPairCounts(
            [.. one.Select(entry => (float)entry.Key)], [.. one.Select(entry => (float)entry.Value)],
            [.. two.Select(entry => (float)(entry.Key >> 32))],
            [.. two.Select(entry => (float)(entry.Key & uint.MaxValue))],
            [.. two.Select(entry => (float)entry.Value)]));
    }
}
