using Worker.Core.Heads;
using Worker.Learning.Certifying;
using Worker.Learning.Fitting;

namespace Worker.Terminal;

/// <summary>Says in a few lines what is certified of heads, and what the rest lacks.</summary>
internal static class CertificateSummary
{
    /// <summary>Labels that are named one by one; of more, the range is said.</summary>
    private const int Named = 3;

    private const int Width = 80;

    public static IEnumerable<string> Lines(IReadOnlyCollection<Head> heads)
    {
        foreach (var promise in heads.Where(h => h.Certificate is not null).GroupBy(h => (h.Certificate!.Error, h.Certificate.Delta)))
        {
            yield return $"certified (at most {promise.Key.Error:P0} of a side's decisions wrong, {1 - promise.Key.Delta:P0} sure):";
            yield return $"  yes of {Side(promise, c => c.Yes)}, no of {Side(promise, c => c.No)}";
        }
        if (heads.Count(h => h.Certificate is null) is var plain and > 0)
            yield return $"{plain} of {heads.Count} labels decide by their thresholds, without a promise";
    }

    /// <summary>What sides without a certificate need.</summary>
    public static IEnumerable<string> Missing(IReadOnlyCollection<LabelFigures> figures)
    {
        foreach (var (name, needs) in new (string, Func<LabelFigures, MissingEvidence?>)[] { ("yes", f => f.YesNeeds), ("no", f => f.NoNeeds) })
        {
            var without = figures.Where(f => needs(f) is not null).Select(f => (f.Label, Needs: needs(f)!)).ToArray();
            var reachable = without.Where(f => f.Needs.Answers is not null).OrderBy(f => f.Needs.Answers).ToArray();
            if (reachable.Length > 0)
                yield return Fitted($"  {name}: about {More([.. reachable.Select(f => (f.Label, $"{f.Needs.Answers:N0}"))])} more answers for a certificate");
            var wrong = without.Where(f => f.Needs is { Answers: null, Error: not null }).OrderBy(f => f.Needs.Error).ToArray();
            if (wrong.Length > 0)
                yield return Fitted($"  {name}: its most confident are wrong in {More([.. wrong.Select(f => (f.Label, $"{f.Needs.Error:P0}"))])}; more answers alone will not do");
            if (without.Count(f => f.Needs.Error is null) is var none and > 0)
                yield return $"  {name}: {none} of {figures.Count} labels have no confident one yet";
        }
    }

    /// <summary>A few labels with their values; of more the lowest and the highest.</summary>
    private static string More((string Label, string Value)[] values) => values.Length <= Named
        ? string.Join(", ", values.Select(v => $"{v.Value} ({v.Label})"))
        : $"{values[0].Value} ({values[0].Label}) to {values[^1].Value} ({values.Length} labels)";

    private static string Fitted(string line) => line.Length <= 2 * Width ? line : line[..(2 * Width - 3)] + "...";

    private static string Side(IEnumerable<Head> heads, Func<Certificate, CertifiedSide?> side)
    {
        var all = heads.Select(h => side(h.Certificate!)).ToList();
        var certified = all.OfType<CertifiedSide>().ToList();
        return $"{certified.Count} of {all.Count} labels" + (certified.Count == 0 ? "" : $" ({certified.Average(s => s.Share):P1} of texts each)");
    }
}
