using System.ComponentModel.DataAnnotations;

namespace Worker.Core.Decisions;

/// <summary>How labels are decided. Section "Decisions".</summary>
public sealed class DecisionOptions
{
    /// <summary>
    /// Whether every label gets its best answer, or only those that a certificate covers. Default
    /// <see cref="DecisionMode.Best"/>.
    /// </summary>
    [EnumDataType(typeof(DecisionMode))]
    public DecisionMode Mode { get; set; } = DecisionMode.Best;

    /// <summary>
    /// A decision is uncertain when its calibrated chance of being wrong is at least this; that is a reason to ask
    /// people. Default 0.2; range 0.001 to 1.
    /// </summary>
    [Range(0.001, 1.0)]
    public double UncertainFrom { get; set; } = 0.2;
}

/// <summary>What happens to a decision that no certificate covers.</summary>
public enum DecisionMode
{
    /// <summary>Every label is yes or no, and its confidence says how sure that is.</summary>
    Best,

    /// <summary>Decisions that no certificate covers are withheld ("review") and go to people by risk.</summary>
    Certified,
}
