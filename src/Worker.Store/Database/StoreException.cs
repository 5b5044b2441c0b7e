using Worker.Core;

namespace Worker.Store.Database;

/// <summary>The store cannot be used. The message says what, where and what to do.</summary>
internal class StoreException : UserFacingException
{
    public StoreException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The store is away for now: the same call may succeed later, and nothing of this one was recorded, or all of
/// it.</summary>
internal sealed class StoreAwayException(string message, Exception inner) : StoreException(message, inner);
