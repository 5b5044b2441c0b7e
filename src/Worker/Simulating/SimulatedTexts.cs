using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;

namespace Worker.Simulating;

/// <summary>Labelled texts, encoded once: every round scores them anew with its heads.</summary>
/// <param name="Data">Texts and all their answers.</param>
/// <param name="Encoded">Their features.</param>
internal sealed record SimulatedTexts(DataSet Data, EncodedTexts Encoded)
{
    private readonly Dictionary<string, int> rows = Data.Texts.Select((text, row) => (text, row))
        .DistinctBy(pair => pair.text, StringComparer.Ordinal)
        .ToDictionary(pair => pair.text, pair => pair.row, StringComparer.Ordinal);

    /// <summary>Features of some of the texts, as a learner asks for them.</summary>
    public EncodedTexts Of(IReadOnlyList<string> texts)
    {
        var width = Encoded.Layout.Width;
        var values = new float[checked(texts.Count * width)];
        Parallel.For(0, texts.Count, i =>
            Encoded.Values.AsSpan(rows[texts[i]] * width, width).CopyTo(values.AsSpan(i * width, width)));
        return new EncodedTexts(Encoded.Layout, values);
    }

    /// <summary>Calibrated probabilities; [texts, heads].</summary>
    public float[] Probabilities(IReadOnlyList<Head> heads)
    {
        var scores = new float[checked(Data.Texts.Count * heads.Count)];
        foreach (var (head, column) in heads.Select((head, column) => (head, column)))
        {
            var features = Encoded.Matrix(head.Feature);
            Parallel.For(0, Data.Texts.Count, row =>
                scores[row * heads.Count + column] = (float)head.Probability(features.Row(row)));
        }
        return scores;
    }

    /// <summary>How much is to be learnt from each text: the greatest doubt about one of its labels.</summary>
    public double[] Doubts(IReadOnlyList<Head> heads)
    {
        var bands = new DecisionBands([.. heads], new DecisionOptions(), DateTimeOffset.MinValue);
        var scores = Probabilities(heads);
        var doubts = new double[Data.Texts.Count];
        Parallel.For(0, doubts.Length, row =>
        {
            var probabilities = scores.AsSpan(row * heads.Count, heads.Count);
            for (var label = 0; label < heads.Count; label++)
                doubts[row] = Math.Max(doubts[row], bands.Uncertainty(label, probabilities));
        });
        return doubts;
    }

    /// <summary>Figures of heads on these texts.</summary>
    /// <param name="answers">Texts answered so far.</param>
    public RoundFigures Measure(IReadOnlyList<Head> heads, int answers)
    {
        if (heads.Count == 0)
            return new RoundFigures(answers, 0, 0, 0);
        var probabilities = Array.ConvertAll(Probabilities(heads), p => (double)p);
        var known = Data.WithLabels([.. heads.Select(head => head.Label)]).Answers;
        var texts = new EvaluatedTexts(heads, Data.Texts, null, probabilities, probabilities, known);
        var (uncertain, certified) = (0, 0);
        for (var row = 0; row < Data.Texts.Count; row++)
        {
            var decisions = texts.Decisions(row);
            uncertain += decisions.ContainsAny(
                new LabelDecision(Decision.Yes, Confidence.Uncertain),
                new LabelDecision(Decision.No, Confidence.Uncertain)) ? 1 : 0;
            foreach (var decision in decisions)
                certified += decision.Confidence == Confidence.Certified ? 1 : 0;
        }
        return new RoundFigures(
            answers, ByLabel(heads, probabilities, known).Values.Sum() / Data.Labels.Length,
            (double)uncertain / Data.Texts.Count, certified / ((double)Data.Texts.Count * heads.Count));
    }

    /// <summary>F1 of each head.</summary>
    public IReadOnlyDictionary<string, double> ByLabel(IReadOnlyList<Head> heads) => heads.Count == 0
        ? new Dictionary<string, double>(StringComparer.Ordinal)
        : ByLabel(
            heads, Array.ConvertAll(Probabilities(heads), p => (double)p),
            Data.WithLabels([.. heads.Select(head => head.Label)]).Answers);

    private static Dictionary<string, double> ByLabel(
        IReadOnlyList<Head> heads, double[] probabilities, AnswerMatrix answers) =>
        Evaluator.Evaluate(heads, probabilities, answers).Labels
            .ToDictionary(label => label.Label, label => label.F1, StringComparer.Ordinal);
}
