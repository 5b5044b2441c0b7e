using System.ComponentModel.DataAnnotations;

namespace Worker.Core.Decisions;

/// <summary>Which messages go to people. Section "Review".</summary>
public sealed class ReviewOptions
{
    /// <summary>
    /// Share of messages that goes to the review topic: those whose least certain label is least certain.
    /// Default 0.05; range 0 (nothing) to 1 (everything).
    /// </summary>
    [Range(0.0, 1.0)]
    public double Share { get; set; } = 0.05;
}
