using System.ComponentModel.DataAnnotations;

namespace Worker.Core.Decisions;

/// <summary>Which messages go to people. Section "Review".</summary>
public sealed class ReviewOptions
{
    /// <summary>
    /// How many questions of this worker people can answer per hour; they are asked about the riskiest messages. The
    /// audit arm comes on top. Default 200; range 0 (only audits) to 10,000,000.
    /// </summary>
    [Range(0.0, 1e7)]
    public double Budget { get; set; } = 200;

    /// <summary>
    /// How many questions may be asked in one go when few were asked before. Default 50; range 1 to 10,000,000.
    /// </summary>
    [Range(1.0, 1e7)]
    public double Burst { get; set; } = 50;

    /// <summary>
    /// The audit arm: share of all messages that goes to people at random, whatever their risk. Certificates are
    /// learned and watched on it. Default 0.01; range 0 to 1.
    /// </summary>
    [Range(0.0, 1.0)]
    public double Audit { get; set; } = 0.01;

    /// <summary>
    /// Maximum number of audits per hour, on average. On a fast stream the share falls, and so does the propensity that
    /// each item records. Default 0, no limit; range 0 to 10,000,000.
    /// </summary>
    [Range(0.0, 1e7)]
    public double AuditPerHour { get; set; }

    /// <summary>
    /// A message whose anomaly p-value is below this is unlike anything known. That is a reason for review, and makes
    /// the message "other" if no label passes. Default 0.01; range 0 (off) to 0.5.
    /// </summary>
    [Range(0.0, 0.5)]
    public double AnomalyBelow { get; set; } = 0.01;

    /// <summary>
    /// The risk that the strangest possible message has by its anomaly alone. Default 0.5; range 0 to 1.
    /// </summary>
    [Range(0.0, 1.0)]
    public double AnomalyWeight { get; set; } = 0.5;

    /// <summary>
    /// Texts whose 64-bit hashes differ in at most this many bits are near-duplicates, and share one question. Default
    /// 3; range 0 (equal hashes only) to 16.
    /// </summary>
    [Range(0, 16)]
    public int DuplicateBits { get; set; } = 3;

    /// <summary>
    /// For how long a question is shared by near-duplicates, in minutes. Default 60; range 0 (never) to 10,080.
    /// </summary>
    [Range(0, 10_080)]
    public int DuplicateMinutes { get; set; } = 60;

    /// <summary>Seed of the audit arm's draws: the same seed and messages give the same draws. Default 0.</summary>
    public int Seed { get; set; }
}
