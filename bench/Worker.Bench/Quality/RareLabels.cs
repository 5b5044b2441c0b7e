using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Worker.Core.Answers;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Simulating;

namespace Worker.Bench.Quality;

/// <summary>How much of the labels is found among texts that nobody was asked about.</summary>
/// <param name="MacroRecall">Mean over all labels; 0 for one without a head.</param>
/// <param name="Precision">Of all yes together.</param>
/// <param name="FalseShare">False yes of a head and a text.</param>
/// <param name="AveragePrecision">Mean over all labels; 0 for one without a head.</param>
internal readonly record struct FoundLabels(
    double MacroRecall, double Precision, double FalseShare, double AveragePrecision);

/// <summary>
/// Labels made on real texts: each holds for the texts that are nearest to one of them (by cosine), every second of
/// these to be answered and the others to be found. So a label means something, as far as the encoder can tell, and is
/// as rare as asked for on both sides.
/// </summary>
/// <param name="Pool">Texts that can be answered, with all their answers.</param>
/// <param name="Test">Texts to measure on.</param>
internal sealed record RareLabels(SimulatedTexts Pool, SimulatedTexts Test)
{
    /// <param name="texts">In random order.</param>
    /// <param name="encoded">Their mean vectors.</param>
    /// <param name="oneIn">A label holds for one text in so many.</param>
    public static RareLabels Draw(string[] texts, EncodedTexts encoded, int labels, int oneIn)
    {
        var features = encoded.Matrix(FeatureNames.Mean);
        var norms = new float[texts.Length];
        Parallel.For(0, texts.Length, row => norms[row] = TensorPrimitives.Norm(features.Row(row)));
        var of = Math.Max(2, texts.Length / oneIn);
        var (first, second) = (texts.Length / 2, texts.Length - texts.Length / 2);
        var (pool, test) = (new List<int>(first), new List<int>(second));
        var near = new int[labels][];
        Parallel.For(0, labels, label =>
        {
            // Texts are in random order: any will do as centre.
            var centre = features.Row(label);
            var distances = new float[texts.Length];
            for (var row = 0; row < distances.Length; row++)
                distances[row] = -TensorPrimitives.Dot(centre, features.Row(row)) / norms[row];
            int[] rows = [.. Enumerable.Range(0, texts.Length)];
            Array.Sort(distances, rows);
            near[label] = rows[..of];
        });
        // A text is on one side for all its labels: on that of the first that it is near to.
        var side = new sbyte[texts.Length];
        foreach (var rows in near)
            for (var i = 0; i < rows.Length; i++)
                if (side[rows[i]] == 0)
                    side[rows[i]] = (sbyte)(i % 2 == 0 ? 1 : -1);
        for (var row = 0; row < texts.Length; row++)
            (side[row] == 0 ? pool.Count < first ? pool : test : side[row] > 0 ? pool : test).Add(row);
        new Random(2).Shuffle(CollectionsMarshal.AsSpan(pool));
        var holds = near.Select(rows => rows.ToHashSet()).ToArray();
        return new RareLabels(Side(pool), Side(test));

        SimulatedTexts Side(List<int> rows)
        {
            var answers = new sbyte[checked(rows.Count * labels)];
            var place = rows.Select((row, i) => (row, i)).ToDictionary(pair => pair.row, pair => pair.i);
            for (var label = 0; label < labels; label++)
                foreach (var row in holds[label].Where(place.ContainsKey))
                    answers[place[row] * labels + label] = AnswerMatrix.Yes;
            var width = encoded.Layout.Width;
            var values = new float[checked(rows.Count * width)];
            for (var i = 0; i < rows.Count; i++)
                encoded.Values.AsSpan(rows[i] * width, width).CopyTo(values.AsSpan(i * width));
            return new SimulatedTexts(
                new DataSet(
                    [.. rows.Select(row => texts[row])], [.. Enumerable.Range(0, labels).Select(Name)],
                    new AnswerMatrix(rows.Count, labels, answers)),
                new EncodedTexts(encoded.Layout, values));
        }
    }

    /// <summary>
    /// What people answer: random texts for all labels, and of the others each positive, which somebody found, for its
    /// labels alone.
    /// </summary>
    /// <param name="random">How many random texts.</param>
    public IEnumerable<LabelEvent> Events(int random)
    {
        var (answers, rows) = (Pool.Data.Answers, Pool.Data.Texts.Count);
        for (var row = 0; row < rows; row++)
        {
            // Texts are in random order.
            var isDrawn = row < random;
            LabelAnswer[] said =
            [
                .. Enumerable.Range(0, answers.Labels)
                    .Where(label => isDrawn || answers[row, label] == AnswerMatrix.Yes)
                    .Select(label => new LabelAnswer(Name(label), answers[row, label] == AnswerMatrix.Yes ? 1 : 0)),
            ];
            if (said.Length > 0)
                yield return new LabelEvent
                {
                    Id = $"{row}",
                    At = DateTimeOffset.UnixEpoch.AddSeconds(row),
                    Text = Pool.Data.Texts[row],
                    By = "oracle",
                    Source = "bench",
                    Propensity = isDrawn ? (double)random / rows : null,
                    Answers = said,
                };
        }
    }

    /// <summary>Measures heads on the test side.</summary>
    public FoundLabels Found(IReadOnlyList<Head> heads)
    {
        if (heads.Count == 0)
            return default;
        var known = Test.Data.WithLabels([.. heads.Select(head => head.Label)]).Answers;
        var scores = Test.Probabilities(heads);
        var (rows, labels) = (Test.Data.Texts.Count, Test.Data.Labels.Length);
        var (recalls, precisions, yes, right) = (0.0, 0.0, 0L, 0L);
        for (var head = 0; head < heads.Count; head++)
        {
            var (p, truth) = (new double[rows], new bool[rows]);
            for (var row = 0; row < rows; row++)
                (p[row], truth[row]) = (scores[row * heads.Count + head], known[row, head] == AnswerMatrix.Yes);
            var (said, hits, positives) = (0L, 0L, truth.LongCount(one => one));
            for (var row = 0; row < rows; row++)
            {
                if (p[row] < heads[head].Thresholds.Decide)
                    continue;
                said++;
                hits += truth[row] ? 1 : 0;
            }
            recalls += positives == 0 ? 0 : (double)hits / positives;
            precisions += RankingMetrics.AveragePrecision(p, truth);
            (yes, right) = (yes + said, right + hits);
        }
        return new FoundLabels(
            recalls / labels, yes == 0 ? 0 : (double)right / yes, (double)(yes - right) / rows / heads.Count,
            precisions / labels);
    }

    private static string Name(int label) => $"rare-{label:000}";
}
