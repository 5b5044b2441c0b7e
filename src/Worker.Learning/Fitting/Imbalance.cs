namespace Worker.Learning.Fitting;

/// <summary>What can be done against rare labels, in the training part alone; the one list for training and
/// experiments.</summary>
/// <param name="Name">As it is asked for in training.</param>
/// <param name="Variant">As experiments call it.</param>
/// <param name="Description">What it does, in half a line.</param>
internal sealed record Imbalance(string Name, string Variant, string Description)
{
    /// <summary>Null leaves the options' own.</summary>
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>Null leaves the options' own.</summary>
    public Sampling? Sampling { get; init; }

    /// <summary>Altered copies of texts, which the encoder has to see.</summary>
    public static Imbalance Augment { get; } =
        new("augment", "augmented", "altered copies of rare texts: words dropped, swapped, mistyped");

    /// <summary>All ways.</summary>
    public static IReadOnlyList<Imbalance> All { get; } =
    [
        new("sqrt", "weights-sqrt", "positives have the weight sqrt(n-/n+)")
        {
            ClassWeights = Fitting.ClassWeights.SquareRoot,
        },
        new("full", "weights-full", "positives have the weight n-/n+") { ClassWeights = Fitting.ClassWeights.Balanced },
        new("under", "undersampled", "as many of the frequent answer as of the rare one")
        {
            Sampling = Fitting.Sampling.Under,
        },
        new("over", "oversampled", "the rare answer's texts drawn again until even")
        {
            Sampling = Fitting.Sampling.Over,
        },
        new("smote", "smote", "new points between a rare text and its neighbours")
        {
            Sampling = Fitting.Sampling.Smote,
        },
        Augment,
    ];

    /// <summary>Options that do this too.</summary>
    public TrainingOptions Apply(TrainingOptions options) => options with
    {
        ClassWeights = ClassWeights ?? options.ClassWeights,
        Sampling = Sampling ?? options.Sampling,
    };
}
