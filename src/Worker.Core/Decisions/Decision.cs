namespace Worker.Core.Decisions;

/// <summary>The decision on a label.</summary>
public enum Decision
{
    No,

    /// <summary>
    /// Withheld: with <see cref="DecisionMode.Certified"/>, for labels without a covering certificate or in a review
    /// band; and for labels whose head was made from a description.
    /// </summary>
    Review,

    Yes,
}

/// <summary>How sure a label's decision is.</summary>
public enum Confidence
{
    /// <summary>
    /// The calibrated chance that it is wrong is high (<see cref="DecisionOptions.UncertainFrom"/>), a plain head's
    /// review band covers it, or its head was made from a description.
    /// </summary>
    Uncertain,

    /// <summary>Neither uncertain nor certified.</summary>
    Likely,

    /// <summary>
    /// A valid certificate covers it: at most the error target of such decisions is wrong, with the certificate's
    /// confidence.
    /// </summary>
    Certified,
}

/// <summary>The decision on a message, from all its labels.</summary>
public enum MessageDecision
{
    /// <summary>All labels are no.</summary>
    No,

    /// <summary>No label is yes, and at least one is withheld.</summary>
    Review,

    /// <summary>At least one label is yes.</summary>
    Yes,

    /// <summary>
    /// No label's probability passes, and the text is unlike anything known. This is not "all labels are no": the
    /// labels do not apply.
    /// </summary>
    Other,
}

/// <summary>One label's decision on one message.</summary>
/// <param name="Decision">Yes or no, or review if it is withheld.</param>
/// <param name="Confidence">How sure that is.</param>
public readonly record struct LabelDecision(Decision Decision, Confidence Confidence)
{
    /// <summary>Number of distinct values of <see cref="Index"/>.</summary>
    public const int Count = 9;

    private readonly byte decision = (byte)Decision;
    private readonly byte confidence = (byte)Confidence;

    public Decision Decision => (Decision)decision;

    public Confidence Confidence => (Confidence)confidence;

    /// <summary>0 to <see cref="Count"/> − 1.</summary>
    public int Index => 3 * decision + confidence;

    /// <summary>The decision that has an index.</summary>
    public static LabelDecision At(int index) => new((Decision)(index / 3), (Confidence)(index % 3));
}

/// <summary>
/// The outcome of all labels of one message; labels whose heads were made from descriptions do not count.
/// </summary>
/// <param name="Decision">By the labels alone: yes, no, or review if labels are withheld.</param>
/// <param name="Top">Index of the most probable label's head; −1 without heads. The first of several equal
/// ones.</param>
/// <param name="Uncertain">How many labels' decisions are uncertain.</param>
/// <param name="Withheld">How many labels' decisions are withheld.</param>
/// <param name="Passes">Whether any label's probability reaches its threshold between yes and no.</param>
public readonly record struct MessageOutcome(
    MessageDecision Decision, int Top, int Uncertain, int Withheld, bool Passes);
