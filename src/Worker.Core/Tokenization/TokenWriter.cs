using System.Runtime.CompilerServices;

namespace Worker.Core.Tokenization;

/// <summary>Fills the caller's span with ids and remembers whether one did not fit.</summary>
internal ref struct TokenWriter(Span<int> ids)
{
    private readonly Span<int> ids = ids;

    /// <summary>How many ids are written.</summary>
    public int Count { get; private set; }

    /// <summary>Whether an id did not fit.</summary>
    public bool Overflowed { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int id)
    {
        if ((uint)Count < (uint)ids.Length)
            ids[Count++] = id;
        else
            Overflowed = true;
    }

    /// <summary>Removes the pieces of a word that cannot be completed and writes the unknown token instead.</summary>
    /// <param name="count">How many ids there were before that word, none of them overflowed.</param>
    public void Replace(int count, int unknown)
    {
        Count = count;
        Overflowed = false;
        Add(unknown);
    }
}
