using Worker.Core;
using Worker.Learning.Calibrating;
using Worker.Learning.Fitting;

namespace Worker.Learning.Experiments;

/// <summary>A feature to compare.</summary>
/// <param name="Name">The variant's name, e.g. <c>taps</c>.</param>
/// <param name="Feature">As heads carry it, e.g. <c>layer3+layer4+layer5+mean</c>.</param>
internal sealed record NamedFeature(string Name, string Feature);

/// <summary>
/// Altered copies of a data set's texts, for the variant that fits on them too; see
/// <see cref="Examples.TextAugmentation"/>.
/// </summary>
/// <param name="Sources">For each copy, the row of its text.</param>
/// <param name="Features">All copies' features by the name that heads carry.</param>
internal sealed record AlteredTexts(IReadOnlyList<int> Sources, Func<string, FeatureMatrix> Features);

/// <summary>How variants are compared.</summary>
internal sealed record ExperimentOptions
{
    /// <summary>Random splits, each with its own fits; 2 to 1,000, default 10.</summary>
    public int Seeds { get; init; } = 10;

    /// <summary>The first of the seeds.</summary>
    public int FirstSeed { get; init; }

    /// <summary>Share of the texts to measure on; in (0, 0.9], default 0.25.</summary>
    public double Test { get; init; } = 0.25;

    /// <summary>
    /// Share of the texts that ensembles learn their weights on; in (0, 0.9], default 0.15. Variants without weights
    /// are fitted on these too, because they do not need them otherwise.
    /// </summary>
    public double Validation { get; init; } = 0.15;

    /// <summary>Members of a bagged ensemble; 2 to 100, default 5.</summary>
    public int Bags { get; init; } = 5;

    /// <summary>
    /// Share of the training texts that is old in variants that bring heads up to date; in (0, 1). Null (the default)
    /// for no such variants.
    /// </summary>
    public double? Update { get; init; }

    /// <summary>
    /// The first is the base that the others are compared with; an ensemble across features has one member for each.
    /// </summary>
    public IReadOnlyList<NamedFeature> Features { get; init; } = [];

    /// <summary>Names of the variants wanted; empty for all. The base is always run.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>
    /// How heads are trained; each split has its own seed. It uses Platt's calibration, because isotonic heads cannot
    /// be folded.
    /// </summary>
    public TrainingOptions Training { get; init; } = new() { Calibration = CalibrationMethod.Platt };

    /// <summary>Every option that is out of range, with its range; empty when all are fine.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        if (Seeds is < 2 or > 1000)
            problems.Add($"seeds is {Seeds}: 2 to 1,000 splits can be compared");
        if (Bags is < 2 or > 100)
            problems.Add($"bags is {Bags}: an ensemble has 2 to 100 members");
        if (Update is not (null or (> 0 and < 1)))
            problems.Add($"update is {Update}: the share of old texts lies between 0 and 1, e.g. 0.5");
        if (Test is not (> 0 and <= 0.9) || Validation is not (> 0 and <= 0.9) || Test + Validation >= 0.95)
            problems.Add(
                $"the test share is {Test} and the validation share {Validation}: both must be above 0, and leave " +
                "texts to fit on");
        if (Features.Count == 0)
            problems.Add("no feature is named: name at least one, e.g. taps");
        if (Training.Calibration != CalibrationMethod.Platt)
            problems.Add($"the calibration is {Training.Calibration}: ensembles fold heads with Platt's only");
        problems.AddRange(Training.Problems());
        return problems;
    }
}

/// <summary>An experiment that cannot be made; the message says why and what to do.</summary>
internal sealed class ExperimentRefusedException(string message) : UserFacingException(message);
