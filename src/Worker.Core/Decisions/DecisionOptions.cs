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
    /// A decision whose calibrated chance of being wrong is at least this is uncertain: a reason to ask people. Default
    /// 0.2; range 0.001 to 1.
    /// </summary>
    [Range(0.001, 1.0)]
    public double UncertainFrom { get; set; } = 0.2;
}

/// <summary>What becomes of a decision that no certificate covers.</summary>
public enum DecisionMode
{
    /// <summary>Every label is yes or no, and its confidence says how sure that is.</summary>
    Best,

    /// <summary>What no certificate covers is withheld ("review"), and goes to people by risk.</summary>
    Certified,
}
