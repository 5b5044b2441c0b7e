using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Examples;

namespace Worker.Training;

/// <summary>Scores of heads for the answers that nobody has given.</summary>
internal static class WeakScores
{
    /// <summary>
    /// [texts, labels]: the probability by the label's head if the answer is unknown; NaN elsewhere and without a head.
    /// </summary>
    /// <param name="encoded">The data set's texts, perhaps followed by others.</param>
    /// <param name="data">What is answered.</param>
    /// <param name="heads">For the same encoder.</param>
    public static float[] Of(EncodedTexts encoded, DataSet data, IReadOnlyList<Head> heads)
    {
        var scores = new float[checked(data.Texts.Count * data.Labels.Length)];
        scores.AsSpan().Fill(float.NaN);
        foreach (var head in heads)
        {
            var label = data.Labels.IndexOf(head.Label);
            if (label < 0 || encoded.Layout.Resolve(head.Feature) is not { } slices
                || slices.Width != head.Weights.Length)
                continue;
            var features = encoded.Matrix(head.Feature);
            Parallel.For(0, data.Texts.Count, row =>
            {
                if (data.Answers[row, label] == AnswerMatrix.Unknown)
                    scores[row * data.Labels.Length + label] = (float)head.Probability(features.Row(row));
            });
        }
        return scores;
    }
}
