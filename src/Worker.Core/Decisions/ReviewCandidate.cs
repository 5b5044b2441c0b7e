using Worker.Core.Messages;

namespace Worker.Core.Decisions;

/// <summary>What the review policy looks at of one scored message.</summary>
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

    /// <summary>What that leads to together.</summary>
    public required MessageOutcome Outcome { get; init; }

    /// <summary>Token ids of its text, [CLS] and [SEP] included; near-duplicates are found by them.</summary>
    public required ReadOnlySpan<int> Tokens { get; init; }

    /// <summary>Conformal p-value of "like what is known", in [0, 1]; NaN when unknown.</summary>
    public float AnomalyP { get; init; } = float.NaN;

    /// <summary>
    /// What challengers say, one for each head, NaN for a head without one; empty when there are none.
    /// </summary>
    public ReadOnlySpan<float> Challengers { get; init; }

    public ReviewCandidate()
    {
    }
}
