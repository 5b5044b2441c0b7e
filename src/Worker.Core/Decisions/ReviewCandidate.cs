using Worker.Core.Heads;
using Worker.Core.Messages;

namespace Worker.Core.Decisions;

/// <summary>What the review policy needs to know about one scored message.</summary>
public readonly ref struct ReviewCandidate
{
    /// <summary>The message's identity.</summary>
    public required SourcePosition Source { get; init; }

    /// <summary>The bounds of the heads that scored it.</summary>
    public required DecisionBands Bands { get; init; }

    /// <summary>Calibrated; one for each head.</summary>
    public required ReadOnlySpan<float> Probabilities { get; init; }

    /// <summary>What is decided of each label; one for each head.</summary>
    public required ReadOnlySpan<LabelDecision> Labels { get; init; }

    /// <summary>The outcome of all labels together.</summary>
    public required MessageOutcome Outcome { get; init; }

    /// <summary>Token ids of its text, [CLS] and [SEP] included; near-duplicates are found by them.</summary>
    public required ReadOnlySpan<int> Tokens { get; init; }

    /// <summary>Conformal p-value of "this text is like the known ones", in [0, 1]; NaN if there is none.</summary>
    public float AnomalyP { get; init; } = float.NaN;

    /// <summary>Heads that ran in shadow; empty if there are none.</summary>
    public ReadOnlySpan<Challenger> Challengers { get; init; }

    /// <summary>Their calibrated probabilities; [challengers].</summary>
    public ReadOnlySpan<float> ChallengerProbabilities { get; init; }

    public ReviewCandidate()
    {
    }
}
