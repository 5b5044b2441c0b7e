namespace Worker.Learning.Thresholding;

/// <summary>How a head's thresholds are chosen on held-out rows.</summary>
internal enum ThresholdRule
{
    /// <summary>
    /// The band with a guarantee (see <see cref="CertifiedBand"/>); the threshold between yes and no has the best
    /// F-beta.
    /// </summary>
    Certified,

    /// <summary>Where F-beta is highest.</summary>
    FBeta,

    /// <summary>The highest recall with at least the precision floor.</summary>
    PrecisionFloor,

    /// <summary>The highest precision with at least the recall floor.</summary>
    RecallFloor,

    /// <summary>The minimum cost of false yes and false no.</summary>
    Cost,

    /// <summary>The given threshold.</summary>
    Fixed,
}

/// <summary>The rule and its parameters.</summary>
internal sealed record ThresholdOptions
{
    public ThresholdRule Rule { get; init; } = ThresholdRule.Certified;

    /// <summary>Certified: maximum share of wrong decisions on a side; in (0, 1), default 0.05.</summary>
    public double Error { get; init; } = 0.05;

    /// <summary>Certified: probability of a wrong certificate, each side's own; in (0, 1), default 0.05.</summary>
    public double Delta { get; init; } = 0.05;

    /// <summary>
    /// Certified: how long a certificate counts; null (the default) for as long as no drift withdraws it.
    /// </summary>
    public TimeSpan? Validity { get; init; }

    /// <summary>
    /// Certified: a decision whose calibrated chance of being wrong is at least this is uncertain, and no side goes
    /// that far; in (0, 0.5], default 0.2.
    /// </summary>
    public double Uncertain { get; init; } = 0.2;

    /// <summary>F-beta: how many times as important recall is as precision; above 0, default 1.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>For the floor rules: the minimum of precision, or of recall; in (0, 1], default 0.8.</summary>
    public double Floor { get; init; } = 0.8;

    /// <summary>Cost: the cost of a false yes; above 0, default 1.</summary>
    public double CostOfFalseYes { get; init; } = 1;

    /// <summary>Cost: the cost of a false no; above 0, default 1.</summary>
    public double CostOfFalseNo { get; init; } = 1;

    /// <summary>Fixed: the threshold; in [0, 1], default 0.5.</summary>
    public double Fixed { get; init; } = 0.5;

    /// <summary>
    /// All rules but certified: share of held-out rows, nearest to the threshold, that count as uncertain; in [0, 1),
    /// default 0. In any case such a rule decides every text.
    /// </summary>
    public double ReviewShare { get; init; }

    /// <summary>
    /// Gives the certificate's date. Only the day is kept, so the same data on the same day give the same head.
    /// </summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Every option that is out of range, with its range; empty when all are fine.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        Check(Enum.IsDefined(Rule), $"threshold rule is {Rule}");
        Check(Error is > 0 and < 1, $"error is {Error}: it must lie between 0 and 1, e.g. 0.05");
        Check(Delta is > 0 and < 1, $"delta is {Delta}: it must lie between 0 and 1, e.g. 0.05");
        Check(Validity is null || Validity > TimeSpan.Zero, $"validity is {Validity}: it must be above 0");
        Check(Uncertain is > 0 and <= 0.5, $"uncertain is {Uncertain}: it must be above 0 and at most 0.5");
        Check(Beta is > 0 and < double.PositiveInfinity, $"beta is {Beta}: it must be above 0");
        Check(Floor is > 0 and <= 1, $"floor is {Floor}: it must be above 0 and at most 1");
        Check(CostOfFalseYes is > 0
            and < double.PositiveInfinity, $"the cost of a false yes is {CostOfFalseYes}: it must be above 0");
        Check(CostOfFalseNo is > 0
            and < double.PositiveInfinity, $"the cost of a false no is {CostOfFalseNo}: it must be above 0");
        Check(Fixed is >= 0 and <= 1, $"the fixed threshold is {Fixed}: it must be at least 0 and at most 1");
        Check(ReviewShare is >= 0 and < 1, $"the review share is {ReviewShare}: it must be at least 0 and below 1");
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
                problems.Add(problem);
        }
    }
}
