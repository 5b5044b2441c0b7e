using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Ensembles;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learner;

/// <summary>A label's new head, and how it was made.</summary>
/// <param name="HeldOut">What it was judged by: texts that no part of it was fitted to.</param>
/// <param name="Made">In words; null for a refit that was asked for.</param>
internal sealed record MadeHead(Head Head, HeldOutEvidence HeldOut, string? Made)
{
    /// <summary>Why it is a refit and not what was asked for; null where it is that.</summary>
    public string? RefitReason { get; init; }
}

/// <summary>What the members of a round's heads are fitted to.</summary>
/// <param name="Encoded">The texts of <paramref name="Data"/>.</param>
/// <param name="Feature">Of all members together, by the name that heads carry.</param>
/// <param name="Encoder">Its hash.</param>
/// <param name="Derived">Examples beside people's answers, and how much answers count in calibration.</param>
/// <param name="Options">How.</param>
internal sealed record MemberExamples(
    EncodedTexts Encoded, DataSet Data, string Feature, string Encoder, DerivedExamples Derived,
    TrainingOptions Options);

/// <summary>
/// The further fits that Bagging and Stacking take beside a label's refit, all labels at once; and how they become one
/// head. Where they cannot, the refit is the label's new head.
/// </summary>
internal sealed class MemberFits
{
    private readonly MemberExamples examples;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<Head>> bags =
        new Dictionary<string, IReadOnlyList<Head>>();

    /// <summary>One for each layer of the feature, if there are several.</summary>
    private readonly List<TrainingResult> layers = [];

    private MemberFits(MemberExamples examples) => this.examples = examples;

    private MemberFits(MemberExamples examples, IReadOnlyDictionary<string, IReadOnlyList<Head>> bags)
        : this(examples) => this.bags = bags;

    /// <summary>Fits the members of bags.</summary>
    /// <param name="labels">Of which.</param>
    /// <param name="members">Of a label.</param>
    /// <param name="progress">Told after every pass.</param>
    public static MemberFits Bags(
        MemberExamples examples, IReadOnlyCollection<string> labels, int members,
        IProgress<TrainingProgress> progress, CancellationToken stop) => new(
            examples,
            Bagging.Train(
                examples.Encoded.Matrix(examples.Feature), Only(examples.Data, labels), examples.Feature,
                examples.Encoder, examples.Options, members, examples.Derived, progress, stop));

    /// <summary>Fits heads on each layer of the feature.</summary>
    /// <inheritdoc cref="Bags"/>
    public static MemberFits Layers(
        MemberExamples examples, IReadOnlyCollection<string> labels, IProgress<TrainingProgress> progress,
        CancellationToken stop)
    {
        var (fits, data) = (new MemberFits(examples), Only(examples.Data, labels));
        if (FeatureNames.Parts(examples.Feature) is { Length: > 1 } parts)
            foreach (var part in parts)
                fits.layers.Add(HeadTrainer.Train(
                    examples.Encoded.Matrix(part), data, part, examples.Encoder, examples.Options,
                    derived: examples.Derived, progress: progress, cancellation: stop));
        return fits;
    }

    /// <summary>The mean of a label's bag as one head.</summary>
    /// <param name="refit">Its fit to all answers.</param>
    public MadeHead Bagged(Head refit, HeldOutEvidence held)
    {
        if (refit.Group is not null)
            return Instead(refit, held, LearningMethod.Bagging, $"it decides in the exclusive group '{refit.Group}'");
        var made = bags.GetValueOrDefault(refit.Label) is { } members
            ? BaggedHead.Fold(
                members, refit, held, examples.Encoded.Matrix(examples.Feature), examples.Data, examples.Options,
                examples.Derived.Weights)
            : null;
        return made is var (head, said)
            ? new MadeHead(head, said, $"the mean of {bags[refit.Label].Count} heads")
            : Instead(refit, held, LearningMethod.Bagging, "there are too few answers for parts of them");
    }

    /// <summary>A label's head in use, its refit and its heads on layers as one head.</summary>
    /// <param name="inUse">The head in use.</param>
    /// <param name="compared">What it and the refit say of the same texts, which neither has seen.</param>
    public MadeHead Stacked(Head inUse, Head refit, HeldOutEvidence held, ComparedLabel compared)
    {
        if (refit.Group is not null)
            return Instead(refit, held, LearningMethod.Stacking, $"it decides in the exclusive group '{refit.Group}'");
        var (members, said) = (new List<Head> { refit, inUse }, new List<Func<int, double>>());
        said.Add(i => compared.Rows.Challenger.Probabilities[i]);
        said.Add(i => compared.Rows.Champion!.Probabilities[i]);
        foreach (var layer in layers)
        {
            if (layer.Heads.Index().FirstOrDefault(one => one.Item.Label == refit.Label) is not { Item: { } head } at)
                continue;
            var own = layer.Figures[at.Index].HeldOut;
            var places = own.Rows.Index().ToDictionary(one => one.Item, one => one.Index);
            members.Add(head);
            said.Add(i => places.TryGetValue(compared.Texts[i], out var place)
                ? own.Probabilities[place] : double.NaN);
        }
        // Texts of which all have something to say.
        int[] kept = [.. Enumerable.Range(0, compared.Texts.Length)
            .Where(i => said.TrueForAll(member => double.IsFinite(member(i))))];
        var rows = Array.ConvertAll(kept, i => compared.Texts[i]);
        var label = examples.Data.Labels.IndexOf(refit.Label);
        var made = StackedHead.Fold(
            members, [.. said.Select(member => Array.ConvertAll(kept, i => member(i)))], refit,
            (rows, Array.ConvertAll(kept, i => compared.Rows.Answers[i])), examples.Options,
            examples.Derived.Weights is { } weights ? Array.ConvertAll(rows, row => weights(row, label)) : null);
        return made is var (stacked, evidence)
            ? new MadeHead(
                stacked with { Parent = inUse.Version }, evidence,
                $"v{inUse.Version} and {members.Count - 1} new {(members.Count == 2 ? "head" : "heads")}, stacked")
            : Instead(
                refit, held, LearningMethod.Stacking,
                $"it takes {StackedHead.MinimumOfEach} texts of either answer by which v{inUse.Version} and a refit " +
                "were both judged");
    }

    /// <summary>A refit in place of what was asked for.</summary>
    public static MadeHead Instead(Head refit, HeldOutEvidence held, LearningMethod method, string reason) =>
        new(refit, held, $"a refit and not {method}: {reason}") { RefitReason = reason };

    /// <summary>The same texts and columns; other labels are unknown.</summary>
    private static DataSet Only(DataSet data, IReadOnlyCollection<string> labels)
    {
        var of = data.Labels.Select(label => labels.Contains(label)).ToArray();
        var values = new sbyte[checked(data.Texts.Count * of.Length)];
        for (var row = 0; row < data.Texts.Count; row++)
            for (var label = 0; label < of.Length; label++)
                values[row * of.Length + label] = of[label] ? data.Answers[row, label] : AnswerMatrix.Unknown;
        return data.WithAnswers(new AnswerMatrix(data.Texts.Count, of.Length, values));
    }
}
