using Worker.Store.Database;

namespace Worker.Store.Heads;

/// <summary>What was decided about a head.</summary>
internal enum HeadState
{
    /// <summary>It took the place of the one before.</summary>
    Promoted,

    /// <summary>It runs beside the one in use: what speaks for it is not enough yet.</summary>
    Kept,

    /// <summary>It is worse.</summary>
    Dropped,

    /// <summary>It passed, and decides a share of the messages at first.</summary>
    Canary,
}

/// <summary>Names of states in the store and in reports.</summary>
internal static class HeadStateNames
{
    // In the order of the enum.
    private static readonly string[] Names = ["promoted", "kept", "dropped", "canary"];

    public static string Of(HeadState state) => Names[(int)state];

    /// <exception cref="StoreException">No state has that name.</exception>
    public static HeadState Read(string name) =>
        Array.IndexOf(Names, name) is >= 0 and var index
            ? (HeadState)index
            : throw new StoreException(
                $"The store holds a head in the state '{name}', which this worker does not know: update the worker");
}
