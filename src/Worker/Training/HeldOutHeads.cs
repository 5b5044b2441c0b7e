using Worker.Encoders;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Training;

/// <summary>
/// Fits heads once more without some texts, to see what they say about texts that they have not seen. The penalty is
/// the median of those chosen the first time, so it costs only one fit. Labels with enough answers hold out a fifth for
/// the calibration.
/// </summary>
internal sealed class HeldOutHeads(EncodedTexts encoded, DataSet data, TrainingResult result, string encoder,
    TrainingOptions options, CancellationToken stop)
{
    /// <summary>Here nothing is certified: with so many texts a held-out fifth is enough to calibrate on.</summary>
    private const int CrossFitUpTo = 1_000;

    /// <summary>
    /// The largest probability of any head for each held-out text; [held], empty if no head could be fitted.
    /// </summary>
    /// <param name="fitted">Texts to fit to.</param>
    /// <param name="held">Texts to score.</param>
    public float[] Probabilities(int[] fitted, int[] held)
    {
        var largest = new float[held.Length];
        var any = false;
        foreach (var group in result.Heads.Zip(result.Figures).GroupBy(
            pair => pair.First.Feature, StringComparer.Ordinal))
        {
            var features = encoded.Matrix(group.Key);
            var penalties = group.Select(pair => pair.Second.L2).Order().ToArray();
            var labels = group.Select(pair => pair.First.Label).ToArray();
            var part = data.WithLabels(labels).Part(fitted);
            var heads = HeadTrainer.Train(features.Part(fitted), part, group.Key, encoder,
                options with { L2 = penalties[penalties.Length / 2], C = null, CrossFitUpTo = CrossFitUpTo },
                    cancellation: stop).Heads;
            any |= heads.Count > 0;
            Parallel.For(0, held.Length, i =>
            {
                foreach (var head in heads)
                    largest[i] = Math.Max(largest[i], (float)head.Probability(features.Row(held[i])));
            });
        }
        return any ? largest : [];
    }
}
