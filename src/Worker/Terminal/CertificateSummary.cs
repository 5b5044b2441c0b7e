using Worker.Core.Heads;
using Worker.Learning.Certifying;
using Worker.Learning.Fitting;

namespace Worker.Terminal;

/// <summary>Says in a few lines what is certified, and what the other sides lack.</summary>
internal static class CertificateSummary
{
    /// <summary>Columns of a label's name, so that lines stay within 80.</summary>
    private const int NameWidth = 20;

    public static IEnumerable<string> Lines(IReadOnlyCollection<Head> heads)
    {
        foreach (var promise in heads.Where(h => h.Certificate is not null)
            .GroupBy(h => (h.Certificate!.Error, h.Certificate.Delta)))
        {
            yield return $"certified (at most {promise.Key.Error:P0} of a side's decisions wrong, " +
                $"{1 - promise.Key.Delta:P0} sure):";
            yield return $"  yes of {Side(promise, c => c.Yes)}, no of {Side(promise, c => c.No)}";
        }
        if (heads.Count(h => h.Certificate is null) is var plain and > 0)
            yield return $"{plain} of {heads.Count} labels decide by their thresholds, without a promise";
    }

    /// <summary>What sides without a certificate need; a few lines, however many labels there are.</summary>
    public static IEnumerable<string> Missing(IReadOnlyCollection<LabelFigures> figures) =>
        Missing("yes", [.. figures.Select(f => (f.Label, f.YesNeeds))])
            .Concat(Missing("no", [.. figures.Select(f => (f.Label, f.NoNeeds))]));

    private static IEnumerable<string> Missing(string side, (string Label, MissingEvidence? Needs)[] labels)
    {
        var more = labels.Where(l => l.Needs?.Answers is not null).OrderBy(l => l.Needs!.Answers).ToArray();
        if (more.Length > 0)
        {
            yield return $"  {side} of {Count(more.Length)} needs more answers, about";
            yield return "    " + Range(more, needs => $"{needs.Answers:N0}");
        }
        var wrong = labels.Where(l => l.Needs is { Answers: null, Error: not null }).OrderBy(l => l.Needs!.Error)
            .ToArray();
        if (wrong.Length > 0)
        {
            yield return $"  {side} of {Count(wrong.Length)} needs more than answers: even where surest, it is wrong " +
                "in";
            yield return "    " + Range(wrong, needs => $"{needs.Error:P0}");
        }
        if (labels.Count(l => l.Needs is { Error: null }) is var none and > 0)
            yield return $"  {side} of {Count(none)} is not likely enough for any text yet";
    }

    private static string Count(int labels) => labels == 1 ? "1 label" : $"{labels} labels";

    /// <summary>The lowest and the highest, with their labels.</summary>
    private static string Range((string Label, MissingEvidence? Needs)[] labels, Func<MissingEvidence, string> value)
    {
        var (first, last) = (labels[0], labels[^1]);
        return labels.Length == 1 ? Named(first) : $"{Named(first)} to {Named(last)}";

        string Named((string Label, MissingEvidence? Needs) label) =>
            $"{value(label.Needs!)} ({TextColumns.Cut(label.Label, NameWidth)})";
    }

    private static string Side(IEnumerable<Head> heads, Func<Certificate, CertifiedSide?> side)
    {
        var all = heads.Select(h => side(h.Certificate!)).ToList();
        var certified = all.OfType<CertifiedSide>().ToList();
        return $"{certified.Count} of {all.Count} labels" + (certified.Count == 0 ? ""
            : $" ({certified.Average(s => s.Share):P1} of texts each)");
    }
}
