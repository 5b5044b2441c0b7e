namespace Worker.Learning.Fitting;

/// <summary>
/// The options for rare labels, applied only to the training part; one list for training and experiments.
/// </summary>
/// <param name="Name">Its name in training options.</param>
/// <param name="Variant">Its name in experiments.</param>
/// <param name="Description">What it does, in half a line.</param>
internal sealed record Imbalance(string Name, string Variant, string Description)
{
    /// <summary>Null keeps the options' value.</summary>
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>Null keeps the options' value.</summary>
    public Sampling? Sampling { get; init; }

    /// <summary>Altered copies of texts, which the encoder has to see.</summary>
    public static Imbalance Augment { get; } =
        new("augment", "augmented", "altered copies of rare texts: words dropped, swapped, mistyped");

    /// <summary>All options.</summary>
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

    /// <summary>Training options with this added.</summary>
    public TrainingOptions Apply(TrainingOptions options) => options with
    {
        ClassWeights = ClassWeights ?? options.ClassWeights,
        Sampling = Sampling ?? options.Sampling,
    };
}
