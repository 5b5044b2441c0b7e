using System.Text;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Thresholding;
using Worker.Terminal;

namespace Worker.Training;

/// <summary>
/// Joins encoder and learning: trains heads on texts, as <see cref="HeadTrainer"/> does on features, and scores texts
/// with heads. Progress goes to standard error.
/// </summary>
internal static class TextTraining
{
    /// <summary>Means: each label on the better of <c>mean</c> and <c>taps</c>.</summary>
    public const string Auto = "auto";

    /// <summary>The features that a name means; the encoder must return them.</summary>
    public static string[] Candidates(string feature) =>
        feature == Auto ? [FeatureNames.Mean, FeatureNames.Taps] : [feature];

    /// <summary>Encodes a data set and fits its heads on the taps.</summary>
    /// <param name="loaded">It must return the taps.</param>
    /// <param name="previous">Heads to start from, or null.</param>
    public static TrainingResult Train(
        LoadedEncoder loaded, DataSet data, TrainingOptions options, IReadOnlyList<Head>? previous,
        CancellationToken stop) =>
        Train(loaded, data, new TrainingPlan { Options = options, Previous = previous }, stop);

    /// <summary>Encodes a data set and fits its heads as planned.</summary>
    public static TrainingResult Train(LoadedEncoder loaded, DataSet data, TrainingPlan plan, CancellationToken stop) =>
        Train(loaded, data, Encode(loaded, data.Texts, plan.Quiet), plan, stop);

    /// <summary>Encodes texts.</summary>
    /// <param name="quiet">Without progress.</param>
    public static EncodedTexts Encode(LoadedEncoder loaded, IReadOnlyList<string> texts, bool quiet = false)
    {
        var bytes = texts.Select(Encoding.UTF8.GetBytes).ToArray();
        var values = Run($"encode {bytes.Length:N0} texts", quiet, report =>
            new TextEncoder(loaded).Features(bytes, report));
        return new EncodedTexts(loaded.Encoder.Features, values);
    }

    /// <summary>Fits heads to a data set that is already encoded.</summary>
    /// <param name="encoded">The data set's texts.</param>
    public static TrainingResult Train(
        LoadedEncoder loaded, DataSet data, EncodedTexts encoded, TrainingPlan plan, CancellationToken stop)
    {
        // 1. Altered copies, if asked for, follow the texts; after them what describes labels.
        var (copies, sources) = plan.Augment ? TextAugmentation.Copy(data, plan.Options.Seed) : ([], []);
        var (descriptions, pseudo) = PseudoExamples.Of(data, plan.Described);
        if (copies.Count + descriptions.Count > 0)
            encoded = encoded with
            {
                Values = [.. encoded.Values, .. Encode(loaded, [.. copies, .. descriptions], plan.Quiet).Values],
            };
        FeatureCandidate[] candidates =
        [
            .. Candidates(plan.Feature).Select(name => loaded.Bundle.Canonical(name))
                .Select(name => new FeatureCandidate(name, encoded.Matrix(name))),
        ];
        var derived = new DerivedExamples { Sources = sources, Pseudo = pseudo };
        // 2. Heads from people's answers; then, if asked for, again with the heads' scores for unknown answers.
        derived = derived with { Scores = plan.WeakScores, Weights = plan.Weights };
        if (plan.Weak)
        {
            var guessing = plan.WeakHeads ?? Fit("first ", derived).Heads;
            derived = derived with { Scores = WeakScores.Of(encoded, data, guessing) };
        }
        // 3. Heads of exclusive labels get the name of their group.
        var result = Fit("", derived);
        return result with { Heads = plan.Exclusive.Assign(result.Heads, data, plan.Previous ?? []) };

        TrainingResult Fit(string which, DerivedExamples beside) =>
            Run($"train {data.Labels.Length} {which}heads", plan.Quiet, report => FeatureChoice.Train(
                candidates, data, loaded.Encoder.Hash, plan.Options, plan.Previous, beside,
                new Direct<TrainingProgress>(progress =>
                {
                    report(progress.Fraction);
                    plan.Progressed();
                }), stop));
    }

    /// <summary>Scores a data set as the worker would, and measures it.</summary>
    /// <exception cref="HeadRefusedException">A head is for another encoder.</exception>
    public static Evaluation Evaluate(LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> trained)
    {
        var scored = Score(loaded, data, trained);
        return Evaluator.Evaluate(scored.Heads, scored.Probabilities, scored.Answers);
    }

    /// <summary>Scores a data set as the worker would; probabilities before calibration are kept too.</summary>
    /// <exception cref="HeadRefusedException">A head is for another encoder.</exception>
    public static EvaluatedTexts Score(LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> trained)
    {
        var heads = HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features).With(trained);
        var texts = data.Texts.Select(Encoding.UTF8.GetBytes).ToArray();
        var logits = ProgressBars.Run(
            $"score {texts.Length:N0} texts", report => new TextEncoder(loaded).Logits(texts, heads, report));
        var uncalibrated = Array.ConvertAll(logits, z => Calibration.Identity.Probability(z));
        for (var text = 0; text < texts.Length; text++)
            heads.Calibrate(logits.AsSpan(text * heads.Heads.Length, heads.Heads.Length));
        var answers = data.WithLabels([.. heads.Heads.Select(h => h.Label)]).Answers;
        return new EvaluatedTexts(
            heads.Heads, data.Texts, data.Sources, uncalibrated, Array.ConvertAll(logits, p => (double)p), answers);
    }

    /// <summary>
    /// Learns certified bands on answered texts that the heads were not trained on; copies of a text count once.
    /// </summary>
    /// <returns>The heads of labels with answers, each with the next version and a certificate.</returns>
    /// <exception cref="HeadRefusedException">A head is for another encoder.</exception>
    public static IReadOnlyList<Head> Certify(
        LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> trained, ThresholdOptions options) =>
        HeadCertifier.Certify(Score(loaded, data, trained), data.Groups, options);

    private static T Run<T>(string title, bool quiet, Func<Action<double>, T> work) =>
        quiet ? work(_ => { }) : ProgressBars.Run(title, work);
}

/// <summary>How heads are to be trained.</summary>
internal sealed record TrainingPlan
{
    public TrainingOptions Options { get; init; } = new();

    /// <summary>
    /// What heads are fitted on: <c>taps</c>, <c>mean</c>, several joined by <c>+</c>, or
    /// <see cref="TextTraining.Auto"/>.
    /// </summary>
    public string Feature { get; init; } = FeatureNames.Taps;

    /// <summary>Heads to start from, for the same encoder.</summary>
    public IReadOnlyList<Head>? Previous { get; init; }

    /// <summary>How exclusive labels are found.</summary>
    public ExclusiveGroups Exclusive { get; init; } = ExclusiveGroups.Automatic;

    /// <summary>
    /// What labels mean, for those of which somebody wrote it: that helps while there are few answers. Labels that are
    /// not trained are ignored.
    /// </summary>
    public IReadOnlyDictionary<string, LabelDescription> Described { get; init; } =
        new Dictionary<string, LabelDescription>();

    /// <summary>Whether texts with rare labels get altered copies.</summary>
    public bool Augment { get; init; }

    /// <summary>Whether unknown answers are filled with the scores of heads.</summary>
    public bool Weak { get; init; }

    /// <summary>The heads for these scores; null for heads that are first trained on the known answers.</summary>
    public IReadOnlyList<Head>? WeakHeads { get; init; }

    /// <summary>
    /// [texts, labels]: weak answers, from 0 to 1, to labels that nobody answered; NaN elsewhere. Null for none.
    /// </summary>
    public float[]? WeakScores { get; init; }

    /// <inheritdoc cref="DerivedExamples.Weights"/>
    public Func<int, int, double>? Weights { get; init; }

    /// <summary>Whether no progress is shown.</summary>
    public bool Quiet { get; init; }

    /// <summary>Called after each pass over the examples, on the caller's thread.</summary>
    public Action Progressed { get; init; } = () => { };
}
