using Worker.Learner;

namespace Worker.Simulating;

/// <summary>Figures of one way of asking after a round; on texts that nobody was asked about and no head has seen.
/// </summary>
/// <param name="Answers">Texts answered so far.</param>
/// <param name="MacroF1">Mean over all labels of the data; a label without a head counts 0.</param>
/// <param name="ReviewShare">Share of texts with an uncertain decision.</param>
/// <param name="CertifiedShare">Share of decisions that a certificate covers.</param>
internal sealed record RoundFigures(int Answers, double MacroF1, double ReviewShare, double CertifiedShare);

/// <summary>A head that took another one's place.</summary>
/// <param name="Before">F1 of the one before, on the test texts.</param>
/// <param name="After">Of the new one.</param>
internal readonly record struct ReplacedHead(double Before, double After);

/// <summary>One way of asking, from its start to its last round.</summary>
/// <param name="Rounds">The start first.</param>
/// <param name="Promotions">Of heads that had a head before them.</param>
/// <param name="Kept">Heads that stayed challengers.</param>
/// <param name="Dropped">Heads that were worse.</param>
/// <param name="FailedBars">How often each bar stopped one.</param>
/// <param name="FreshMacroF1">Of heads fitted anew to the last round's answers, without heads before them.</param>
internal sealed record ArmResult(
    IReadOnlyList<RoundFigures> Rounds, IReadOnlyList<ReplacedHead> Promotions, int Kept, int Dropped,
    IReadOnlyDictionary<string, int> FailedBars, double FreshMacroF1)
{
    /// <summary>Heads that were made while their label had one in use.</summary>
    public int Successors { get; init; }

    /// <summary>How many of them could not be made by the method that was asked for, by reason.</summary>
    public IReadOnlyDictionary<string, int> Refits { get; init; } = new Dictionary<string, int>();
}

/// <summary>One repetition.</summary>
/// <param name="Asked">By doubt.</param>
/// <param name="Random">By chance.</param>
internal sealed record SeedResult(ArmResult Asked, ArmResult Random);

/// <summary>All repetitions.</summary>
/// <param name="Seeds">One each.</param>
/// <param name="AllMacroF1">Of heads fitted to every text of the pool.</param>
internal sealed record SimulationResult(
    IReadOnlyList<SeedResult> Seeds, double AllMacroF1, int Pool, int Test, int Labels)
{
    /// <summary>How heads with one before them were made.</summary>
    public LearningMethod Method { get; init; }
}
