using Worker.Learning.Evaluating;

namespace Worker.Learning.Experiments;

/// <summary>A figure over several seeds.</summary>
/// <param name="Mean">Over the seeds that have it.</param>
/// <param name="TwoSigma">Twice the standard deviation over them (with n − 1): about 95% of seeds fall within.</param>
/// <param name="Seeds">How many have it.</param>
internal readonly record struct Estimate(double Mean, double TwoSigma, int Seeds)
{
    /// <summary>Twice the standard error of the mean; 0 of a single value, of which nothing is known.</summary>
    public double TwoErrors => Seeds < 2 ? 0 : TwoSigma / Math.Sqrt(Seeds);

    public static Estimate Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
            return new Estimate(double.NaN, double.NaN, 0);
        var mean = values.Average();
        return new Estimate(
            mean, values.Count < 2
                ? double.NaN
                : 2 * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1)), values.Count);
    }
}

/// <summary>A figure that variants are compared by.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Key">Its name in JSON and CSV.</param>
/// <param name="HigherIsBetter">Whether higher values are better.</param>
/// <param name="Whole">Of all labels: macro F1 and average precision, log-loss and ECE of all pooled.</param>
/// <param name="Label">Of one label; null if it has no meaning there.</param>
internal sealed record ExperimentMetric(
    string Name, string Key, bool HigherIsBetter, Func<Evaluation, double> Whole, Func<LabelMetrics, double?> Label)
{
    public static IReadOnlyList<ExperimentMetric> All { get; } =
    [
        new("F1", "f1", true, e => e.Macro.F1, l => l.Support == 0 ? null : l.F1),
        new("AP", "average_precision", true, e => e.Macro.AveragePrecision,
            l => l.Support == 0 ? null : l.AveragePrecision),
        new("log-loss", "log_loss", false, e => e.LogLoss, l => l.Known == 0 ? null : l.LogLoss),
        new("ECE", "ece", false, e => e.Ece, l => l.Known == 0 ? null : l.Ece),
    ];
}

/// <summary>One variant over all seeds.</summary>
/// <param name="Evaluations">One per seed.</param>
/// <param name="MistakeAuroc">How well 1 − the probability of the decision separates wrong decisions from right ones,
/// for each seed.</param>
/// <param name="SpreadAuroc">The same by the spread of bagged members; empty for other variants.</param>
/// <param name="Seconds">Fitting, all seeds; heads shared with an earlier variant count there.</param>
internal sealed record VariantResult(
    string Name, string Description,
    IReadOnlyList<Evaluation> Evaluations, IReadOnlyList<double> MistakeAuroc, IReadOnlyList<double> SpreadAuroc,
    double Seconds)
{
    public Estimate Whole(ExperimentMetric metric) => Estimate.Of([.. Evaluations.Select(metric.Whole)]);

    public Estimate Label(ExperimentMetric metric, int label) =>
        Estimate.Of([.. Evaluations.Select(e => metric.Label(e.Labels[label])).OfType<double>()]);

    /// <summary>
    /// Mean difference to another variant, split by split, and twice its standard error: a difference larger than that
    /// is hardly chance. (Splits share texts, so the error is a little too small; Nadeau and Bengio 2003.)
    /// </summary>
    public (double Mean, double TwoErrors) Against(VariantResult other, ExperimentMetric metric)
    {
        double[] differences = [.. Evaluations.Zip(other.Evaluations, (a, b) => metric.Whole(a) - metric.Whole(b))];
        var estimate = Estimate.Of(differences);
        return (estimate.Mean, estimate.TwoSigma / Math.Sqrt(differences.Length));
    }

    /// <summary>+1 better, −1 worse than another beyond chance, 0 neither.</summary>
    public int Verdict(VariantResult other, ExperimentMetric metric)
    {
        var (mean, error) = Against(other, metric);
        return Math.Abs(mean) > error && mean != 0 ? Math.Sign(mean) * (metric.HigherIsBetter ? 1 : -1) : 0;
    }
}

/// <summary>What came out.</summary>
/// <param name="Labels">In the data set's order.</param>
/// <param name="Variants">The base first.</param>
/// <param name="Texts">To fit on (without and with validation) and to test on, in each split.</param>
internal sealed record ExperimentResult(
    IReadOnlyList<string> Labels, IReadOnlyList<VariantResult> Variants,
    (int Fit, int Validation, int Test) Texts, int Seeds);
