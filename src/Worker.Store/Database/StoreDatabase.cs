using System.Data.Common;

namespace Worker.Store.Database;

/// <summary>Opens transactions. Any thread.</summary>
internal abstract class StoreDatabase : IDisposable
{
    /// <summary>Which one it is, for people; without secrets.</summary>
    public abstract string Description { get; }

    public abstract Dialect Dialect { get; }

    /// <summary>Runs work in a transaction and commits it.</summary>
    /// <exception cref="StoreAwayException">The database is away, or had a conflict: try again later.</exception>
    /// <exception cref="StoreException">It refuses for good.</exception>
    public T Transact<T>(Func<StoreSession, T> work) => Run(work, writes: true);

    /// <summary>Runs work that only reads, on one state of the database; it waits for no writer.</summary>
    /// <inheritdoc cref="Transact{T}(Func{StoreSession, T})"/>
    public T Read<T>(Func<StoreSession, T> work) => Run(work, writes: false);

    /// <inheritdoc cref="Transact{T}(Func{StoreSession, T})"/>
    public void Transact(Action<StoreSession> work) => Transact(session =>
    {
        work(session);
        return true;
    });

    public virtual void Dispose()
    {
    }

    protected abstract StoreSession Begin(bool writes);

    /// <summary>Whether the same call may succeed later.</summary>
    protected abstract bool IsPassing(DbException error);

    private T Run<T>(Func<StoreSession, T> work, bool writes)
    {
        try
        {
            using var session = Begin(writes);
            var result = work(session);
            session.Commit();
            return result;
        }
        catch (DbException error)
        {
            throw Failure(error);
        }
    }

    private StoreException Failure(DbException error) => IsPassing(error)
        ? new StoreAwayException($"{Description} does not answer now: {error.Message}", error)
        : new StoreException($"{Description} refuses: {error.Message}", error);
}
