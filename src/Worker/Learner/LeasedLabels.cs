using Worker.Store.Database;
using Worker.Store.Ownership;

namespace Worker.Learner;

/// <summary>Labels that this learner owns while it trains them: renewed until disposed of, then given back.</summary>
internal sealed class LeasedLabels : IDisposable
{
    private readonly LeaseStore store;
    private readonly TimeSpan duration;
    private readonly CancellationTokenSource lost;
    private readonly ITimer renewal;

    private LeasedLabels(
        LeaseStore store, IReadOnlyList<Lease> leases, TimeSpan duration, TimeProvider clock, CancellationToken stop)
    {
        (this.store, this.duration, Leases) = (store, duration, leases);
        lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        renewal = clock.CreateTimer(_ => Renew(), null, duration / 3, duration / 3);
    }

    /// <summary>What it owns, with the tokens to show.</summary>
    public IReadOnlyList<Lease> Leases { get; }

    /// <summary>Cancelled when somebody else owns one of them, or on a stop: work on is for nothing.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Takes those of the labels that nobody owns.</summary>
    public static LeasedLabels Take(
        LeaseStore store, IEnumerable<string> labels, LearnSection options, TimeProvider clock, CancellationToken stop)
    {
        var time = TimeSpan.FromSeconds(options.LeaseSeconds);
        return new LeasedLabels(store, store.Take(labels.Select(Name), time), time, clock, stop);
    }

    /// <summary>How a label's lease is named.</summary>
    public static string Name(string label) => $"label/{label}";

    public bool Has(string label)
    {
        var name = Name(label);
        return Leases.Any(lease => string.Equals(lease.Name, name, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        renewal.Dispose();
        lost.Dispose();
        try
        {
            store.Release(Leases);
        }
        catch (StoreException)
        {
            // They end by themselves.
        }
    }

    private void Renew()
    {
        try
        {
            if (store.Take(Leases.Select(lease => lease.Name), duration).Intersect(Leases).Count() < Leases.Count)
                lost.Cancel();
        }
        catch (Exception error) when (error is StoreException or ObjectDisposedException)
        {
            // The next time, while they last. What is written in the end shows the tokens in any case.
        }
    }
}
