namespace Worker.Learning.Anomaly;

/// <summary>How the anomaly reference is made.</summary>
internal sealed record AnomalyTrainingOptions
{
    /// <summary>Maximum number of references kept; 100 to 100,000, default 10,000.</summary>
    public int References { get; init; } = 10_000;

    /// <summary>Nearest references whose mean distance counts; at least 1, default 5.</summary>
    public int Neighbours { get; init; } = 5;

    /// <summary>
    /// Nearest references of the local outlier factor, in the one-class form; at least 1, default 20.
    /// </summary>
    public int OutlierNeighbours { get; init; } = 20;

    /// <summary>
    /// Whether to look at how tokens follow each other too, which finds gibberish and other languages (figures in
    /// docs/performance.md). Default false.
    /// </summary>
    public bool Perplexity { get; init; }

    /// <summary>Folds of held-out texts; 2 to 40, default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>From this many texts, only one fold is held out; default 5,000.</summary>
    public int OneFoldFrom { get; init; } = 5_000;

    /// <summary>The same seed gives the same reference.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; 0 (the default) takes all processors.</summary>
    public int Parallelism { get; init; }

    /// <summary>Every option that is out of range, with its range; empty when all are fine.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        Check(References is >= 100 and <= 100_000, $"References is {References}: it must be 100 to 100,000");
        Check(Neighbours >= 1, $"Neighbours is {Neighbours}: it must be at least 1");
        Check(OutlierNeighbours >= 1, $"OutlierNeighbours is {OutlierNeighbours}: it must be at least 1");
        Check(Folds is >= 2 and <= AnomalyTrainer.MinimumTexts,
            $"Folds is {Folds}: it must be 2 to {AnomalyTrainer.MinimumTexts}");
        Check(Parallelism >= 0,
            $"Parallelism is {Parallelism}: it must be a number of threads, or 0 for all processors");
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
                problems.Add(problem);
        }
    }
}
