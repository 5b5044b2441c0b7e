using Worker.Learning.Calibrating;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Fitting;

/// <summary>How much more a positive counts than a negative, with n₊ positives and n₋ negatives.</summary>
internal enum ClassWeights
{
    /// <summary>
    /// The same. It had the best average precision in every comparison made, and gives calibrated probabilities.
    /// </summary>
    None,

    /// <summary>n₋ / n₊: both kinds have the same total weight.</summary>
    Balanced,

    /// <summary>√(n₋ / n₊): half way, in log-odds.</summary>
    SquareRoot,
}

/// <summary>How heads are trained. The defaults are for a first head on frozen features.</summary>
internal sealed record TrainingOptions
{
    /// <summary>
    /// Penalty on half the squared weights of standardised features, against the mean loss; > 0. Null (the default)
    /// chooses it for each label from <see cref="L2Path"/> by held-out log-loss, unless <see cref="C"/> is given.
    /// </summary>
    public double? L2 { get; init; }

    /// <summary>
    /// The same penalty in the other convention: L2 = 1 / (C · examples of the label). Give at most one of the two.
    /// </summary>
    public double? C { get; init; }

    /// <summary>
    /// Penalties tried, strong to weak. Each starts where the one before ended; a label stops at the first that is
    /// worse than the one before. A label that has a head begins one step before that head's own.
    /// </summary>
    public IReadOnlyList<double> L2Path { get; init; } = [1, 0.56, 0.32, 0.18, 0.1, 0.056, 0.032, 0.018, 0.01, 0.0056,
        0.0032, 0.0018, 0.001, 5.6e-4, 3.2e-4, 1.8e-4, 1e-4];

    /// <summary>
    /// Pulls the weights of a label that has a head to that head's, not to 0: for new examples when those that it was
    /// fitted on are gone. (Where they are not, fit on all of them: it is better.) The head must not have seen the
    /// examples. Default false.
    /// <para>
    /// The distance is of weights on standardised features, as every penalty here: there a step of any weight changes
    /// logits as much, so that one strength suits all. On raw features a weight whose feature varies little would be
    /// held hardly at all. The bias is free: how frequent a label is changes soonest.
    /// </para>
    /// </summary>
    public bool Prior { get; init; }

    /// <summary>
    /// With <see cref="Prior"/>, of labels that have a head, tried before <see cref="L2Path"/>: so strong that a few
    /// examples change little.
    /// </summary>
    public IReadOnlyList<double> PriorPath { get; init; } = [100, 56, 32, 18, 10, 5.6, 3.2, 1.8];

    /// <summary>Default none.</summary>
    public ClassWeights ClassWeights { get; init; } = ClassWeights.None;

    /// <summary>How the training part is sampled for rare labels; default none. Class weights come on top.</summary>
    public Sampling Sampling { get; init; } = Sampling.None;

    /// <summary>How logits become probabilities; default by the number of positives.</summary>
    public CalibrationMethod Calibration { get; init; } = CalibrationMethod.Auto;

    /// <summary>
    /// The same seed gives the same heads, bit for bit, on any number of threads of one kind of processor.
    /// </summary>
    public int Seed { get; init; }

    /// <summary>
    /// Share of the examples that is held out for a label that is not cross-fitted; in (0, 0.5], default 0.2.
    /// </summary>
    public double HeldOut { get; init; } = 0.2;

    /// <summary>Folds of cross-fitting; 2 to 127, default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>
    /// A label is cross-fitted (every example is held out once in one of the folds) up to this many distinct answered
    /// texts; and with more, until the rarer answer has <see cref="HeldOut"/> of that number. Beyond that only that
    /// share is held out, which is enough evidence for a fifth of the work. At least 0, default 20,000.
    /// </summary>
    public int CrossFitUpTo { get; init; } = 20_000;

    /// <summary>
    /// A label with fewer distinct texts than this of either answer gets no head; at least 2, default 5.
    /// </summary>
    public int MinimumExamples { get; init; } = 5;

    /// <summary>How thresholds are chosen on the held-out rows; default the certified band.</summary>
    public ThresholdOptions Thresholds { get; init; } = new();

    /// <summary>Maximum number of L-BFGS steps for one penalty; default 200.</summary>
    public int MaximumIterations { get; init; } = 200;

    /// <summary>
    /// A fit has converged when no standardised feature's part of the gradient is larger than this times the standard
    /// deviation of the answers. Default 2e-3; chance alone makes it 1/√examples, so a smaller value only costs passes.
    /// </summary>
    public double Tolerance { get; init; } = 2e-3;

    /// <summary>Threads; 0 (the default) takes all processors.</summary>
    public int Parallelism { get; init; }

    /// <summary>Every option that is out of range, with its range; empty when all are fine.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        Check(L2 is null
            or (> 0 and < double.PositiveInfinity), $"L2 is {L2}: it must be above 0, or null to choose it");
        Check(C is null
            or (> 0 and < double.PositiveInfinity), $"C is {C}: it must be above 0, or null to choose the penalty");
        Check(L2 is null
            || C is null, "L2 and C are both given: they are the same penalty in two conventions, give one");
        Check(L2Path.Count > 0
            && L2Path.All(l2 => l2 is > 0 and < double.PositiveInfinity), "L2Path must have penalties above 0");
        Check(L2Path.Zip(L2Path.Skip(1)).All(pair => pair.First > pair.Second), "L2Path must go from strong to weak");
        Check(PriorPath.All(l2 => l2 is > 0 and < double.PositiveInfinity), "PriorPath must have penalties above 0");
        Check(!Prior || PriorPath.Concat(L2Path).Zip(PriorPath.Concat(L2Path).Skip(1))
            .All(pair => pair.First > pair.Second), "PriorPath must go from strong to weak, down to L2Path");
        Check(Enum.IsDefined(ClassWeights), $"ClassWeights is {ClassWeights}");
        Check(Enum.IsDefined(Sampling), $"Sampling is {Sampling}");
        Check(Enum.IsDefined(Calibration), $"Calibration is {Calibration}");
        Check(HeldOut is > 0 and <= 0.5, $"HeldOut is {HeldOut}: it must be above 0 and at most 0.5");
        Check(Folds is >= 2 and <= CrossFitAnswers.MaximumFolds,
            $"Folds is {Folds}: it must be 2 to {CrossFitAnswers.MaximumFolds}");
        Check(CrossFitUpTo >= 0, $"CrossFitUpTo is {CrossFitUpTo}: it must be a number of texts, at least 0");
        Check(MinimumExamples >= 2,
            $"MinimumExamples is {MinimumExamples}: it must be at least 2, one to fit on and one to hold out");
        Check(MaximumIterations >= 1, $"MaximumIterations is {MaximumIterations}: it must be at least 1");
        Check(Tolerance is >= 0 and < 1, $"Tolerance is {Tolerance}: it must be at least 0 and below 1");
        Check(Parallelism >= 0,
            $"Parallelism is {Parallelism}: it must be a number of threads, or 0 for all processors");
        problems.AddRange(Thresholds.Problems());
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
                problems.Add(problem);
        }
    }
}
