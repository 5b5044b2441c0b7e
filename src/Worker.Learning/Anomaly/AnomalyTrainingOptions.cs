namespace Worker.Learning.Anomaly;

/// <summary>How the anomaly reference is made.</summary>
public sealed record AnomalyTrainingOptions
{
    /// <summary>References kept at most; 100 to 100,000, default 10,000.</summary>
    public int References { get; init; } = 10_000;

    /// <summary>Nearest references whose mean distance counts; default 5.</summary>
    public int Neighbours { get; init; } = 5;

    /// <summary>Nearest references of the local outlier factor, in the one-class form; default 20.</summary>
    public int OutlierNeighbours { get; init; } = 20;

    /// <summary>
    /// Whether how tokens follow each other counts too: finds gibberish and other languages (figures in
    /// docs/benchmarks.md). Default false.
    /// </summary>
    public bool Perplexity { get; init; }

    /// <summary>Folds of held-out texts; default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>From so many texts on, one fold alone is held out; default 5,000.</summary>
    public int OneFoldFrom { get; init; } = 5_000;

    /// <summary>Same seed, same reference.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; 0 (the default) takes all processors.</summary>
    public int Parallelism { get; init; }
}
