using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Fitting;

namespace Worker.Training;

/// <summary>Joins encoder and descriptions: makes heads that rank texts before anybody has answered.</summary>
internal static class DescribedTraining
{
    /// <summary>So many texts of the stream show what its texts are like.</summary>
    private const int StreamTexts = 2_000;

    /// <summary>
    /// A head for each label. Heads see the last layer's mean: it is what encoders of sentences are trained for, and
    /// nothing here could learn how to weigh other layers.
    /// </summary>
    /// <param name="labels">What they mean.</param>
    /// <param name="stream">Texts like those that will be classified; may be empty if several labels are
    /// described.</param>
    /// <exception cref="ArgumentException">One label alone, without texts of the stream.</exception>
    public static IReadOnlyList<Head> Train(
        LoadedEncoder loaded, IReadOnlyDictionary<string, LabelDescription> labels, IReadOnlyList<string> stream,
        int seed, CancellationToken stop)
    {
        var background = stream.Where(text => !string.IsNullOrWhiteSpace(text)).ToArray();
        new Random(seed).Shuffle(background);
        var encoded = TextTraining.Encode(
            loaded, [.. labels.Values.SelectMany(label => label.PseudoExamples), .. background.Take(StreamTexts)]);
        return DescribedHeads.Fit(
            labels, encoded.Matrix(FeatureNames.Mean), FeatureNames.Mean, loaded.Encoder.Hash,
            new ParallelOptions { CancellationToken = stop });
    }
}
