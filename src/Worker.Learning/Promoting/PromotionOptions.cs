namespace Worker.Learning.Promoting;

/// <summary>How high the bars are that a challenger must clear.</summary>
internal sealed record PromotionOptions
{
    /// <summary>
    /// Answers of either kind that any verdict takes, copies counted once and unequal weights discounted (Kish's
    /// effective sample size, (Σw)² / Σw²); at least 2, default 20.
    /// </summary>
    public int MinimumAnswers { get; init; } = 20;

    /// <summary>
    /// Share of the champion's right decisions that may turn wrong; in [0, 1], default 0.02. Where texts are hard many
    /// right decisions are luck, and any other head, a better one too, turns more than that: give more there.
    /// </summary>
    public double TurnedWrong { get; init; } = 0.02;

    /// <summary>By how much the calibration error may rise; in [0, 1), default 0.01.</summary>
    public double WorseCalibration { get; init; } = 0.01;

    /// <summary>
    /// Chance that a one-sided bound or test is wrong; in (0, 0.5), default 0.05. It is of one verdict: of many
    /// challengers that are as good as the champion, that share is promoted.
    /// </summary>
    public double Level { get; init; } = 0.05;

    /// <summary>Resamples behind the bounds of the gain; 100 to 100,000, default 1,000.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>
    /// Probabilities are kept so far away from 0 and 1; in (0, 0.1], default 0.001. So one answer costs 6.9 at most:
    /// some hundred answers cannot tell one in a thousand from never, and a single slip of a person must not outweigh
    /// all the other answers.
    /// </summary>
    public double Clip { get; init; } = 0.001;

    /// <summary>Same seed, same verdict.</summary>
    public int Seed { get; init; }

    /// <summary>Every option that is out of range, with its range; empty when all are fine.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        Check(MinimumAnswers >= 2, $"MinimumAnswers is {MinimumAnswers}: it must be at least 2");
        Check(TurnedWrong is >= 0 and <= 1, $"TurnedWrong is {TurnedWrong}: it must be at least 0 and at most 1");
        Check(WorseCalibration is >= 0 and < 1,
            $"WorseCalibration is {WorseCalibration}: it must be at least 0 and below 1");
        Check(Level is > 0 and < 0.5, $"Level is {Level}: it must lie between 0 and 0.5, e.g. 0.05");
        Check(Resamples is >= 100 and <= 100_000, $"Resamples is {Resamples}: it must be 100 to 100,000");
        Check(Clip is > 0 and <= 0.1, $"Clip is {Clip}: it must be above 0 and at most 0.1");
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
                problems.Add(problem);
        }
    }
}
