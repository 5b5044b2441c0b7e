using System.Text.Json;
using System.Text.RegularExpressions;

namespace Worker.Core.Tests;

public partial class SampleInboxTests
{
    private static readonly Lazy<Sample[]> Inbox = new(() => [.. Read("train"), .. Read("test")]);

    [Fact]
    public void There_are_at_least_1000_labelled_messages_over_at_least_20_labels_and_100_unlike_them()
    {
        Assert.True(Inbox.Value.Length >= 1000);
        Assert.True(Inbox.Value.SelectMany(m => m.Labels).Distinct(StringComparer.Ordinal).Count() >= 20);
        Assert.Equal(100, Read("unlike").Length);
    }

    [Fact]
    public void Every_label_has_messages_to_train_on_and_to_test_on()
    {
        foreach (var part in new[] { "train", "test" })
        {
            var counts = Read(part).SelectMany(m => m.Labels).CountBy(l => l, StringComparer.Ordinal).ToDictionary();
            Assert.All(Inbox.Value.SelectMany(m => m.Labels).Distinct(StringComparer.Ordinal),
                label => Assert.True(counts.GetValueOrDefault(label) >= 10, $"{label} in {part}"));
        }
    }

    [Fact]
    public void No_message_is_nearly_another()
    {
        Sample[] all = [.. Inbox.Value, .. Read("unlike")];
        Assert.Equal(all.Length, all.Select(m => m.Text).Distinct(StringComparer.Ordinal).Count());
        var shingles = all.Select(m => Shingles(Words(m.Text), 3)).ToArray();
        for (var i = 0; i < all.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (shingles[i].Count == 0 || shingles[j].Count == 0 || !shingles[i].Overlaps(shingles[j]))
                    continue;
                var shared = shingles[i].Intersect(shingles[j], StringComparer.Ordinal).Count();
                var jaccard = (double)shared / (shingles[i].Count + shingles[j].Count - shared);
                Assert.True(jaccard <= 0.3, $"{all[i].Id} and {all[j].Id} share {jaccard:P0} of their word triples");
            }
        }
    }

    [Fact]
    public void No_two_messages_share_a_run_of_eight_words()
    {
        var runs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var message in Inbox.Value)
            foreach (var run in Shingles(Words(message.Text), 8))
                Assert.True(runs.TryAdd(run, message.Id), $"{message.Id} and {runs[run]} share \"{run}\"");
    }

    [Fact]
    public void Addresses_and_links_are_nobodys() =>
        Assert.All(Inbox.Value, m => Assert.All(Addresses().Matches(m.Text), address =>
            Assert.Contains("example", address.Value, StringComparison.OrdinalIgnoreCase)));

    private static string[] Words(string text) => [.. Word().Matches(text.ToLowerInvariant()).Select(m => m.Value)];

    private static HashSet<string> Shingles(string[] words, int size) =>
        [.. Enumerable.Range(0, Math.Max(0, words.Length - size + 1)).Select(i => string.Join(' ', words, i, size))];

    private static Sample[] Read(string part) =>
        [.. File.ReadLines(Path.Combine(Testing.Repository.Root, "samples", "inbox", part + ".jsonl")).Select(Parse)];

    private static Sample Parse(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        return new Sample(
            json.GetProperty("id").GetString()!,
            json.GetProperty("text").GetString()!,
            [.. json.GetProperty("labels").EnumerateArray().Select(l => l.GetString()!)]);
    }

    [GeneratedRegex(@"\w+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex(
        @"https?://\S+|\bwww\.\S+|[\w.+-]+@[\w.-]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Addresses();

    private sealed record Sample(string Id, string Text, string[] Labels);
}
