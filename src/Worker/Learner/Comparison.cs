using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Promoting;
using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>
/// Lays what champion and challenger say of the same texts side by side. Invariant: neither has been fitted on a text
/// that both are compared on. The challenger is asked by the fits that held the text out; so is the champion, or, of
/// texts that were answered after it was made, the champion itself.
/// </summary>
/// <param name="Ids">Of the data set's texts, by row.</param>
/// <param name="Data">What the challengers were fitted on.</param>
/// <param name="Features">[texts, width] of the challengers' and champions' feature.</param>
/// <param name="Example">What counts for a text and a label.</param>
internal sealed record Comparison(
    long[] Ids, DataSet Data, Func<string, FeatureMatrix> Features, Func<long, string, StoredExample> Example)
{
    /// <summary>The rows of one label.</summary>
    /// <param name="champion">The head in use; null for none.</param>
    /// <param name="evidence">What it was judged by; null where that is not known.</param>
    /// <param name="held">What the challenger was judged by.</param>
    public ComparedLabel Rows(string label, Champion? champion, HeadEvidence? evidence, HeldOutEvidence held)
    {
        if (champion is null)
            return new ComparedLabel(held.Rows, new ComparedRows(
                null, new Predictions(Array.ConvertAll(held.Probabilities, p => (double)p), held.Decisions),
                held.Answers, Weights(label, held.Rows), Data.Groups.Part(held.Rows)));
        var (kept, before) = (new List<int>(), new List<(double P, bool Yes)>());
        var byGroup = ByGroup(evidence);
        for (var i = 0; i < held.Rows.Length; i++)
        {
            if (Said(label, champion, evidence, byGroup, held.Rows[i]) is not { } said)
                continue;
            kept.Add(i);
            before.Add(said);
        }
        int[] rows = [.. kept.Select(i => held.Rows[i])];
        return new ComparedLabel(rows, new ComparedRows(
            new Predictions([.. before.Select(one => one.P)], [.. before.Select(one => one.Yes)]),
            new Predictions(
                [.. kept.Select(i => (double)held.Probabilities[i])], [.. kept.Select(i => held.Decisions[i])]),
            [.. kept.Select(i => held.Answers[i])], Weights(label, rows), Data.Groups.Part(rows)));
    }

    /// <summary>
    /// The rows of an exclusive group: one for each text of which all labels have something to say and exactly one
    /// holds. A label without a champion has no probability there.
    /// </summary>
    public ComparedRows Group(IReadOnlyList<ComparedLabel> labels)
    {
        var places = labels.Select(label => label.Texts.Select((text, place) => (text, place))
            .ToDictionary(pair => pair.text, pair => pair.place)).ToList();
        var (rows, weights) = (new List<int>(), new List<double>());
        var (before, after) = (new List<(double P, bool Right)>(), new List<(double P, bool Right)>());
        foreach (var text in labels[0].Texts.Where(text => places.TrueForAll(place => place.ContainsKey(text))))
        {
            int[] at = [.. places.Select(place => place[text])];
            int[] holds = [.. Enumerable.Range(0, at.Length).Where(label => labels[label].Rows.Answers[at[label]])];
            if (holds is not [var truth])
                continue;
            rows.Add(text);
            weights.Add(labels[truth].Rows.Weights[at[truth]]);
            before.Add(Share([.. labels.Select((label, i) => label.Rows.Champion?.Probabilities[at[i]] ?? 0)], truth));
            after.Add(Share([.. labels.Select((label, i) => label.Rows.Challenger.Probabilities[at[i]])], truth));
        }
        return new ComparedRows(
            new Predictions([.. before.Select(one => one.P)], [.. before.Select(one => one.Right)]),
            new Predictions([.. after.Select(one => one.P)], [.. after.Select(one => one.Right)]),
            [.. rows.Select(_ => true)], [.. weights], Data.Groups.Part(rows));
    }

    /// <summary>What part of a group's probabilities is the true label's, and whether it is the largest.</summary>
    private static (double P, bool Right) Share(double[] probabilities, int truth)
    {
        var sum = probabilities.Sum();
        return sum > 0 ? (probabilities[truth] / sum, probabilities[truth] == probabilities.Max()) : (0, false);
    }

    private double[] Weights(string label, int[] rows) =>
        Array.ConvertAll(rows, row => Example(Ids[row], label).Weight);

    private (double P, bool Yes)? Said(
        string label, Champion champion, HeadEvidence? evidence, Dictionary<int, int> byGroup, int row)
    {
        // Of copies one is judged, and it need not be the same one each time.
        if (byGroup.TryGetValue(Data.Groups[row], out var place))
            return (evidence!.Probabilities[place], evidence.Decisions[place]);
        if (!HeadEvidence.IsNew(Example(Ids[row], label), champion, evidence))
            return null;
        var (head, features) = (champion.Head, Features(champion.Head.Feature));
        var p = head.Probability(features.Row(row));
        return double.IsFinite(p) ? (p, p >= head.Thresholds.Decide) : null;
    }

    /// <summary>Places in the evidence by the groups of its texts.</summary>
    private Dictionary<int, int> ByGroup(HeadEvidence? evidence)
    {
        var places = new Dictionary<int, int>();
        if (evidence is null)
            return places;
        for (var row = 0; row < Ids.Length; row++)
            if (evidence.IndexOf(Ids[row]) is >= 0 and var place)
                places.TryAdd(Data.Groups[row], place);
        return places;
    }
}

/// <summary>One label's compared rows, and the data set's rows that they are of.</summary>
internal sealed record ComparedLabel(int[] Texts, ComparedRows Rows);
