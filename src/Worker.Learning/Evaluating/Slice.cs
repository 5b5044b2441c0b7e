using Worker.Learning.Evaluating.Curves;
using Worker.Learning.Examples;

namespace Worker.Learning.Evaluating;

/// <summary>Figures of a part of the texts, all labels pooled.</summary>
/// <param name="Name">E.g. <c>21 to 45 characters</c>, or a source.</param>
/// <param name="Texts">Texts with an answer.</param>
/// <param name="Decisions">As the worker decides.</param>
/// <param name="TextError">Share of texts with a wrong decision.</param>
/// <param name="Ece">Of calibrated probabilities.</param>
internal sealed record Slice(string Name, int Texts, Confusion Decisions, double TextError, double Ece)
{
    /// <summary>Parts by length, as equal in number as the lengths allow.</summary>
    private const int LengthParts = 5;

    /// <summary>Maximum number of separate sources; the rest together are one more.</summary>
    private const int MaximumSources = 20;

    /// <summary>By length in characters, short to long.</summary>
    public static IReadOnlyList<Slice> ByLength(EvaluatedTexts evaluated, IReadOnlyList<TextError> errors)
    {
        var byLength = errors.OrderBy(e => evaluated.Texts[e.Row].Length).ToArray();
        var slices = new List<Slice>();
        for (int part = 1, start = 0; part <= LengthParts && start < byLength.Length; part++)
        {
            var end = Math.Max(start + 1, byLength.Length * part / LengthParts);
            // Texts of one length stay together.
            while (end < byLength.Length
                && evaluated.Texts[byLength[end].Row].Length == evaluated.Texts[byLength[end - 1].Row].Length)
                end++;
            var (from, to) = (
                evaluated.Texts[byLength[start].Row].Length, evaluated.Texts[byLength[end - 1].Row].Length);
            slices.Add(
                Of(from == to ? $"{from} characters" : $"{from} to {to} characters", evaluated, byLength[start..end]));
            start = end;
        }
        return slices;
    }

    /// <summary>By source, the largest first; empty if no text names one.</summary>
    public static IReadOnlyList<Slice> BySource(EvaluatedTexts evaluated, IReadOnlyList<TextError> errors)
    {
        if (evaluated.Sources is not { } sources || sources.All(source => source is null))
            return [];
        var groups = errors.GroupBy(e => sources[e.Row] ?? "no source given", StringComparer.Ordinal)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).ToArray();
        var slices = groups.Take(MaximumSources).Select(group => Of(group.Key, evaluated, [.. group])).ToList();
        if (groups.Length > MaximumSources)
            slices.Add(Of(
                $"{groups.Length - MaximumSources} other sources", evaluated,
                [.. groups.Skip(MaximumSources).SelectMany(group => group)]));
        return slices;
    }

    private static Slice Of(string name, EvaluatedTexts evaluated, TextError[] errors)
    {
        var (p, y) = (new List<double>(), new List<bool>());
        Span<long> counts = stackalloc long[4];
        foreach (var error in errors)
        {
            var probabilities = evaluated.Row(error.Row);
            var answers = evaluated.Answers.Row(error.Row);
            for (var column = 0; column < answers.Length; column++)
            {
                if (answers[column] == AnswerMatrix.Unknown)
                    continue;
                var truth = answers[column] == AnswerMatrix.Yes;
                counts[(evaluated.IsYes(error.Row, column) ? 2 : 0) + (truth ? 1 : 0)]++;
                p.Add(probabilities[column]);
                y.Add(truth);
            }
        }
        return new Slice(
            name,
            errors.Length,
            new Confusion(TruePositives: counts[3], FalsePositives: counts[2], FalseNegatives: counts[1],
                TrueNegatives: counts[0]),
            errors.Length == 0 ? 0 : (double)errors.Count(e => e.Wrong > 0) / errors.Length,
            ReliabilityDiagram.Of(new ScoredAnswers([.. p], [.. y])).Ece);
    }
}
