using System.Text.Json.Serialization;
using Worker.Learning.Experiments;

namespace Worker.Reports.Figures;

/// <summary>The JSON shape of an experiment.</summary>
/// <param name="Variants">By name, the base first.</param>
internal sealed record ExperimentRecord(
    int Seeds, SplitRecord Texts, IReadOnlyDictionary<string, VariantRecord> Variants)
{
    public static ExperimentRecord From(ExperimentResult result) => new(
        result.Seeds,
        new SplitRecord(result.Texts.Fit, result.Texts.Validation, result.Texts.Test),
        result.Variants.ToDictionary(
            variant => variant.Name, variant => VariantRecord.From(result, variant), StringComparer.Ordinal));
}

/// <summary>Texts of each split by use.</summary>
internal sealed record SplitRecord(int Fit, int Validation, int Test);

/// <summary>
/// The JSON shape of one variant; its first four figures are those of <see cref="ExperimentMetric.All"/>.
/// </summary>
/// <param name="SpreadAuroc">Of bagged members; null is left out.</param>
/// <param name="Labels">By label.</param>
internal sealed record VariantRecord(
    string Description,
    double Seconds,
    EstimateRecord F1,
    EstimateRecord AveragePrecision,
    EstimateRecord LogLoss,
    EstimateRecord Ece,
    EstimateRecord MistakeAuroc,
    EstimateRecord? SpreadAuroc,
    IReadOnlyDictionary<string, LabelEstimatesRecord> Labels)
{
    public static VariantRecord From(ExperimentResult result, VariantResult variant)
    {
        EstimateRecord[] whole =
        [
            .. ExperimentMetric.All.Select(metric => EstimateRecord.From(variant.Whole(metric)) with
            {
                AgainstBase = Against(result.Variants[0], variant, metric),
            }),
        ];
        var labels = new Dictionary<string, LabelEstimatesRecord>(StringComparer.Ordinal);
        for (var label = 0; label < result.Labels.Count; label++)
        {
            var column = label;
            EstimateRecord[] own = [.. ExperimentMetric.All.Select(metric =>
                EstimateRecord.From(variant.Label(metric, column)))];
            labels.Add(result.Labels[label], new LabelEstimatesRecord(own[0], own[1], own[2], own[3]));
        }
        return new VariantRecord(
            variant.Description,
            Math.Round(variant.Seconds, 3),
            whole[0], whole[1], whole[2], whole[3],
            EstimateRecord.From(Estimate.Of(variant.MistakeAuroc)),
            variant.SpreadAuroc.Count > 0 ? EstimateRecord.From(Estimate.Of(variant.SpreadAuroc)) : null,
            labels);
    }

    private static DifferenceRecord? Against(VariantResult @base, VariantResult variant, ExperimentMetric metric)
    {
        if (variant == @base)
            return null;
        var (mean, errors) = variant.Against(@base, metric);
        return new DifferenceRecord(
            EstimateRecord.Finite(mean), EstimateRecord.Finite(errors), variant.Verdict(@base, metric));
    }
}

/// <summary>One label's estimates of <see cref="ExperimentMetric.All"/>.</summary>
internal sealed record LabelEstimatesRecord(
    EstimateRecord F1, EstimateRecord AveragePrecision, EstimateRecord LogLoss, EstimateRecord Ece);

/// <summary>The JSON shape of an estimate; null if a figure is not a number.</summary>
/// <param name="AgainstBase">The difference to the base; null, for the base itself and for labels, is left out.</param>
internal sealed record EstimateRecord(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Mean,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? TwoSigma,
    int Seeds,
    DifferenceRecord? AgainstBase = null)
{
    public static EstimateRecord From(Estimate estimate) =>
        new(Finite(estimate.Mean), Finite(estimate.TwoSigma), estimate.Seeds);

    /// <summary>JSON has no form for infinity and NaN.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>The JSON shape of a difference to the base.</summary>
internal sealed record DifferenceRecord(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Mean,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? TwoErrors,
    int Verdict);
