using System.Collections.Immutable;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Store;
using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>What a head says of an audited text.</summary>
/// <param name="Text">Id.</param>
/// <param name="P">Calibrated.</param>
/// <param name="Yes">What it decides.</param>
/// <param name="Answer">What people say.</param>
internal readonly record struct AuditedDecision(long Text, double P, bool Yes, bool Answer);

/// <summary>Decides audited texts as a worker does.</summary>
/// <param name="features">Features of texts by ids and texts, which are as many.</param>
internal sealed class AuditedDecisions(
    LearningStore store, Func<IReadOnlyList<long>, IReadOnlyList<string>, CancellationToken, EncodedTexts> features,
    TimeProvider clock)
{
    /// <summary>
    /// What a head says of audited texts, in the order of their answers; of copies of the first only.
    /// </summary>
    /// <param name="competing">The head, and then the others of its exclusive group, if it has one: they decide against
    /// each other.</param>
    public IEnumerable<AuditedDecision> Of(
        ImmutableArray<Head> competing, IReadOnlyList<StoredExample> audits, CancellationToken stop)
    {
        var texts = store.Examples.Texts(audits.Select(example => example.Text));
        audits = [.. audits.Where(example => texts.ContainsKey(example.Text))];
        if (audits.Count == 0)
            yield break;
        string[] read = [.. audits.Select(example => texts[example.Text])];
        var encoded = features([.. audits.Select(example => example.Text)], read, stop);
        var groups = TextGroups.Of(read);
        var bands = new DecisionBands(competing, new DecisionOptions(), clock.GetUtcNow());
        FeatureMatrix[] matrices = [.. competing.Select(one => encoded.Matrix(one.Feature))];
        var (p, decisions) = (new float[competing.Length], new LabelDecision[competing.Length]);
        var seen = new HashSet<int>();
        for (var row = 0; row < audits.Count; row++)
        {
            var own = competing[0].Probability(matrices[0].Row(row));
            if (!double.IsFinite(own) || !seen.Add(groups[row]))
                continue;
            p[0] = (float)own;
            for (var i = 1; i < p.Length; i++)
                p[i] = (float)competing[i].Probability(matrices[i].Row(row));
            bands.Decide(p, decisions);
            yield return new AuditedDecision(
                audits[row].Text, own, decisions[0].Decision == Decision.Yes, audits[row].Value == 1);
        }
    }
}
