using System.Globalization;
using System.Text;
using Worker.Core.Heads;
using Worker.Store;
using Worker.Store.Heads;
using Worker.Store.Ownership;
using Worker.Store.Sending;

namespace Worker.Learner;

/// <summary>
/// Takes certificates out of service that the audit disproved: the same head goes out again without them, under the
/// next version.
/// </summary>
internal sealed class CertificateWithdrawal(
    LearningStore store, Champions champions, LearnSection options, string headsTopic, TimeProvider clock)
{
    /// <summary>Publishes a revised head through the store.</summary>
    /// <param name="label">Id of the label.</param>
    /// <param name="figures">With a revised head.</param>
    /// <returns>The head; null when another learner owns the label.</returns>
    /// <exception cref="LeaseLostException">Another learner took the label meanwhile: nothing was written.</exception>
    public Head? Withdraw(long label, AuditFigures figures, CancellationToken stop)
    {
        using var owned = LeasedLabels.Take(store.Leases, [figures.Label], options, clock, stop);
        if (!owned.Has(figures.Label))
            return null;
        var history = store.Heads.Of([label]);
        var version = HeadVersions.Next(champions.NextVersion(figures.Label), history);
        var head = figures.Revised! with { Version = version, Parent = figures.Version };
        var json = HeadJson.Serialize(head);
        store.Heads.Record(
            [
                // What was said of texts that the head was judged on is still true: it decides as before.
                new StoredHead(label, version, clock.GetUtcNow(), HeadState.Promoted, Encoding.UTF8.GetString(json),
                    VerdictRecord.Taken(Sides(figures), Sentence(figures)),
                    Evidence(figures, history)),
            ],
            [new OutboxRecord(headsTopic, Encoding.UTF8.GetBytes(figures.Label), json)], [], owned.Leases);
        return head;
    }

    private byte[]? Evidence(AuditFigures figures, IReadOnlyList<StoredHead> history) =>
        champions.Find(figures.Label) is { } champion && champion.Head.Version == figures.Version
            ? HeadEvidence.Of(champion, history)?.ToBytes()
            : null;

    /// <summary>Which sides' certificates go: both, also where the other side had none.</summary>
    private static string Sides(AuditFigures figures) => figures.Revised!.Certificate switch
    {
        { Yes: not null } => "no",
        { No: not null } => "yes",
        _ => "both",
    };

    private static string Sentence(AuditFigures figures)
    {
        var sides = Sides(figures) switch
        {
            "no" => "a certified no is",
            "yes" => "a certified yes is",
            _ => "certified decisions are",
        };
        return string.Create(CultureInfo.InvariantCulture,
            $"in the audit {sides} wrong more often than certified: the head of v{figures.Version} goes on without it");
    }
}
