using Worker.Learning.Examples;

namespace Worker.Bench.Quality;

/// <summary>A public data set in three parts with the same labels in the same columns.</summary>
/// <param name="Name">As named on the command line.</param>
/// <param name="Train">What heads are fitted and calibrated on.</param>
/// <param name="Validation">What thresholds and choices may look at.</param>
/// <param name="Test">The part that figures are computed on; nothing is ever chosen on it.</param>
/// <param name="UnknownValidation">Texts unlike any of the training set, for choices; may be empty.</param>
/// <param name="UnknownTest">The same, for figures.</param>
internal sealed record QualitySet(
    string Name, DataSet Train, DataSet Validation, DataSet Test, IReadOnlyList<string> UnknownValidation,
    IReadOnlyList<string> UnknownTest)
{
    /// <summary>Gathers labelled texts; the labels are those of the training part.</summary>
    public static QualitySet Of(
        string name,
        IEnumerable<LabelledText> train, IEnumerable<LabelledText> validation, IEnumerable<LabelledText> test,
        IReadOnlyList<string>? unknownValidation = null, IReadOnlyList<string>? unknownTest = null)
    {
        var fitted = DataSet.From(train, name + " train");
        return new QualitySet(name, fitted,
            DataSet.From(validation, name + " validation").WithLabels(fitted.Labels),
            DataSet.From(test, name + " test").WithLabels(fitted.Labels),
            unknownValidation ?? [], unknownTest ?? []);
    }

    /// <summary>All texts, part after part.</summary>
    public IEnumerable<IReadOnlyList<string>> Parts =>
        [Train.Texts, Validation.Texts, Test.Texts, UnknownValidation, UnknownTest];
}
