using System.Runtime.CompilerServices;

namespace Worker.Core.Decisions;

/// <summary>Why a person should see a message.</summary>
public enum ReviewReasonKind
{
    /// <summary>A label's decision is uncertain.</summary>
    Uncertain,

    /// <summary>A label's decision is withheld because no certificate covers it; only in that mode.</summary>
    Uncertified,

    /// <summary>Champion and challenger disagree on a label.</summary>
    Disagreement,

    /// <summary>The text is unlike anything known.</summary>
    Anomaly,

    /// <summary>A head that was made from a description ranks the text high: it may have the label.</summary>
    Described,

    /// <summary>Drawn at random.</summary>
    Audit,
}

/// <summary>One reason.</summary>
/// <param name="Kind">The kind of reason.</param>
/// <param name="Label">Index of the label's head; −1 for a reason that is not about a label.</param>
/// <param name="Strength">In [0, 1].</param>
public readonly record struct ReviewReason(ReviewReasonKind Kind, int Label, float Strength);

/// <summary>The reasons of one message, the strongest label's first; at most <see cref="Capacity"/>.</summary>
public struct ReviewReasons
{
    /// <summary>Three labels, one disagreed on, anomaly, audit.</summary>
    public const int Capacity = 6;

    private Slots slots;

    public int Count { get; private set; }

    public readonly ReviewReason this[int index] => slots[index];

    /// <summary>Adds a reason at the end.</summary>
    internal void Add(ReviewReason reason) => slots[Count++] = reason;

    /// <summary>Adds a reason before the weaker ones, and drops the weakest beyond a maximum number.</summary>
    internal void Insert(ReviewReason reason, int maximum)
    {
        var at = Count;
        while (at > 0 && slots[at - 1].Strength < reason.Strength)
            at--;
        if (at >= maximum)
            return;
        Count = Math.Min(Count + 1, maximum);
        for (var i = Count - 1; i > at; i--)
            slots[i] = slots[i - 1];
        slots[at] = reason;
    }

    [InlineArray(Capacity)]
    private struct Slots
    {
        private ReviewReason first;
    }
}
