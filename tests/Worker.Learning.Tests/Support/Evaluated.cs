using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;

namespace Worker.Learning.Tests.Support;

/// <summary>Hand-made evaluated texts.</summary>
internal static class Evaluated
{
    /// <param name="probabilities">[texts, labels]; also taken as uncalibrated.</param>
    /// <param name="answers">[texts, labels].</param>
    public static EvaluatedTexts Of(
        string[] labels, double[] probabilities, sbyte[] answers, string[]? texts = null, string? group = null)
    {
        var rows = probabilities.Length / labels.Length;
        return new EvaluatedTexts(
            [.. labels.Select(label => Head(label) with { Group = group })], texts
                ?? [.. Enumerable.Range(0, rows).Select(row => $"text {row}")], null, probabilities, probabilities,
                new AnswerMatrix(rows, labels.Length, answers));
    }

    /// <summary>A head of which only the name and the threshold of one half matter.</summary>
    public static Head Head(string label) =>
        new() { Label = label, Version = 1, Encoder = "e", Feature = "mean", Weights = [0], Bias = 0 };
}
