using Worker.Core.Heads;

namespace Worker.Terminal;

/// <summary>Says in a few lines what heads may decide by themselves.</summary>
internal static class CertificateSummary
{
    public static IEnumerable<string> Lines(IReadOnlyCollection<Head> heads)
    {
        foreach (var promise in heads.Where(h => h.Certificate is not null).GroupBy(h => (h.Certificate!.Error, h.Certificate.Delta)))
        {
            yield return $"at most {promise.Key.Error:P0} wrong on a side, {1 - promise.Key.Delta:P0} sure: {Side(promise, "no", c => c.No)}, {Side(promise, "yes", c => c.Yes)}";
            if (promise.Any(h => h.Certificate!.Yes is null || h.Certificate.No is null))
                yield return "a side without a certificate goes to review until answers enough are there";
        }
        if (heads.Count(h => h.Certificate is null) is var plain and > 0)
            yield return $"{plain} of {heads.Count} labels decide by their thresholds, without a promise";
    }

    private static string Side(IEnumerable<Head> heads, string name, Func<Certificate, CertifiedSide?> side)
    {
        var all = heads.Select(h => side(h.Certificate!)).ToList();
        var certified = all.OfType<CertifiedSide>().ToList();
        return $"{name} certified for {certified.Count} of {all.Count} labels" + (certified.Count == 0 ? "" : $" (on {certified.Average(s => s.Share):P1} of texts)");
    }
}
