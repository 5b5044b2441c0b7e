using System.Text;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;

namespace Worker.Demo;

/// <summary>How good heads of one label are on texts whose answers are known.</summary>
internal sealed class HeadQuality
{
    private readonly FeatureLayout layout;
    private readonly float[] features;
    private readonly bool[] answers;

    /// <param name="texts">Encoded once.</param>
    public HeadQuality(EncoderSection section, string label, DataSet texts)
    {
        using var loaded = LoadedEncoder.Open(section);
        layout = loaded.Encoder.Features;
        features = new TextEncoder(loaded).Features([.. texts.Texts.Select(Encoding.UTF8.GetBytes)]);
        var column = texts.WithLabels([label]).Answers;
        answers = [.. Enumerable.Range(0, texts.Texts.Count).Select(row => column[row, 0] == AnswerMatrix.Yes)];
    }

    /// <summary>Of its decisions by itself, without other labels.</summary>
    public double F1(Head head)
    {
        var slices = layout.Resolve(head.Feature)!;
        var vector = new float[slices.Width];
        var probabilities = new double[answers.Length];
        for (var text = 0; text < answers.Length; text++)
        {
            slices.Gather(features.AsSpan(text * layout.Width, layout.Width), vector);
            probabilities[text] = head.Probability(vector);
        }
        return Confusion.Of(probabilities, answers, head.Thresholds.Decide).F1;
    }
}
