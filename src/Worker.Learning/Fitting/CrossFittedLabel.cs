using System.Numerics.Tensors;
using Worker.Core.Heads;
using Worker.Core.Numerics;
using Worker.Learning.Evaluating;
using Worker.Learning.Evaluating.Curves;
using Worker.Learning.Examples;
using Worker.Learning.Thresholding;

namespace Worker.Learning.Fitting;

/// <summary>
/// One label while it is cross-fitted: a fit for each held-out fold, the best penalties so far, the held-out logits
/// under them, and finally the fit on all rows.
/// </summary>
internal sealed class CrossFittedLabel
{
    /// <summary>With fewer examples of either answer a label gets a remark.</summary>
    private const int FewExamples = 10;

    /// <summary>
    /// The last fit's part of the tolerance: it costs one fit, and the head ends within 1e-4 of the lowest loss. To
    /// choose a penalty, the usual is near enough.
    /// </summary>
    private const double FinalShare = 1.0 / 8;

    private readonly CrossFitAnswers answers;
    private readonly HeldOutRows heldOut;
    private readonly float[]? start;

    /// <summary>Chosen on all held-out rows, for the head itself.</summary>
    private readonly PenaltyChoice chosen = new(without: null);

    /// <summary>For each part, chosen on the others.</summary>
    private readonly PenaltyChoice[] chosenByOthers;

    /// <summary>Held-out logits of the penalties that are best so far, and of the one being tried.</summary>
    private readonly List<float[]> kept = [];

    /// <summary>Every penalty tried, strong to weak.</summary>
    private readonly List<PenaltyStep> path = [];
    private float[] bestPoint = [];

    /// <param name="label">Column of the answers.</param>
    /// <param name="answers">With this label's folds.</param>
    /// <param name="folds">Folds of cross-fitting; 1 when fold 1 is held out and the others are not.</param>
    /// <param name="start">Where the last fit starts, a head's parameters on standardised features, [width + 1];
    /// changed here. Null for none. Fits that hold rows out start at the best constant all the same: that head has seen
    /// what they hold out, and with many rows a fit that starts at it would stop there.</param>
    /// <param name="weights">How much rows count in calibration, by row and label; null for all alike.</param>
    public CrossFittedLabel(
        int label, CrossFitAnswers answers, int folds, float[]? start, int width, TrainingOptions options,
        Func<int, int, double>? weights = null)
    {
        Label = label;
        Folds = folds;
        this.answers = answers;
        (Positives, Negatives) = answers.Count(label);
        PositiveWeight = options.ClassWeights switch
        {
            ClassWeights.Balanced => (double)Negatives / Positives,
            ClassWeights.SquareRoot => Math.Sqrt((double)Negatives / Positives),
            _ => 1,
        };
        Shift = answers.Shift(label) + Math.Log(PositiveWeight);
        // A head's bias does not include the shift by weighting and sampling; the fit's bias does.
        if (start is not null)
            start[width] += (float)Shift;
        (this.start, HasPrior) = (start, start is not null && options.Prior);
        // A prior was fitted to other examples: it may be seen by all fits, and is the best to start from.
        Fits = [.. Enumerable.Range(1, folds).Select(fold => Fit(fold, HasPrior ? start : null, width, options))];
        heldOut = HeldOutRows.Of(answers, label, folds);
        if (weights is not null)
            heldOut = heldOut with { Weights = Weights(weights) };
        chosenByOthers = heldOut.Parts == 1 ? []
            : [.. Enumerable.Range(0, heldOut.Parts).Select(part => new PenaltyChoice(part))];
    }

    public int Label { get; }

    public int Folds { get; }

    public int Positives { get; }

    public int Negatives { get; }

    /// <summary>By how much a positive counts more.</summary>
    public double PositiveWeight { get; }

    /// <summary>
    /// By how much class weights and sampling shift every logit: the change they make to the log-odds of a yes.
    /// </summary>
    public double Shift { get; }

    /// <summary>One for each fold held out.</summary>
    public IReadOnlyList<Lbfgs> Fits { get; }

    /// <summary>Weights are pulled to those of the head at hand.</summary>
    public bool HasPrior { get; }

    /// <summary>Place on the path of penalties where the search begins.</summary>
    public int First { get; set; }

    /// <summary>Rows of the distinct texts that are held out, rising.</summary>
    public int[] HeldOut => heldOut.Rows;

    /// <summary>Where the held-out logits of all fits go; one for each row of <see cref="HeldOut"/>.</summary>
    public float[] Logits { get; private set; } = [];

    /// <summary>Whether no weaker penalty needs to be tried.</summary>
    public bool Settled => chosen.Settled && Array.TrueForAll(chosenByOthers, choice => choice.Settled);

    /// <summary>The best penalty tried.</summary>
    public double L2 => chosen.L2;

    /// <summary>Mean training loss under it, over the folds.</summary>
    public double TrainingLoss { get; private set; }

    /// <summary>The fit on all rows, once there is one.</summary>
    public Lbfgs? Final { get; private set; }

    /// <summary>
    /// Asks about the loss of the head at hand on all rows, to learn its penalty; null when there is no such head, or
    /// it is the prior.
    /// </summary>
    public Objective? AtParent(int width)
    {
        if (start is null || HasPrior)
            return null;
        var (positives, negatives) = answers.Weigh(Label, without: 0);
        var objective = new Objective(Label, heldOut: 0, positives, negatives, PositiveWeight, width);
        start.CopyTo(objective.At, 0);
        return objective;
    }

    /// <summary>Sets the penalty of every fold's fit, and where its logits go.</summary>
    public void Try(double l2)
    {
        Logits = Unused();
        foreach (var fit in Fits)
        {
            if (fit.Started)
                fit.ChangePenalty(l2);
            else
                fit.Objective.L2 = l2;
        }
    }

    /// <summary>
    /// Sets the points of <see cref="Lbfgs.Objective"/> to the solutions, so that the held-out logits are theirs.
    /// </summary>
    public void AskSolutions()
    {
        foreach (var fit in Fits)
            fit.Point.CopyTo(fit.Objective.At, 0);
    }

    /// <summary>
    /// Judges the penalty on the held-out logits, for the head itself and for each part without its own rows.
    /// </summary>
    public void Judge(double l2)
    {
        var tried = Logits;
        TensorPrimitives.Subtract(tried, (float)Shift, tried);
        var losses = new (double Sum, int Rows)[heldOut.Parts];
        for (var i = 0; i < tried.Length; i++)
        {
            ref var part = ref losses[heldOut.Part[i]];
            var z = heldOut.Answers[i] ? -(double)tried[i] : tried[i];
            part = (part.Sum + Logistic.Softplus(z), part.Rows + 1);
        }
        foreach (var choice in chosenByOthers)
            choice.Judge(l2, tried, losses);
        var training = Fits.Average(fit => fit.Loss);
        path.Add(new PenaltyStep(l2, training, losses.Sum(part => part.Sum) / tried.Length));
        if (!chosen.Judge(l2, tried, losses))
            return;
        bestPoint = [.. Fits[0].Point];
        TrainingLoss = training;
    }

    /// <summary>
    /// Starts the fit on all rows from the head in use, or else from the best solution. If the penalty was chosen, or
    /// given as C, its total (L2 · examples) stays the same: a fifth more examples are no reason for a stronger prior.
    /// </summary>
    public Lbfgs StartFinal(int width, TrainingOptions options)
    {
        Final = Fit(fold: 0, start ?? bestPoint, width, options with { Tolerance = FinalShare * options.Tolerance });
        Final.Objective.L2 = options.L2 ?? L2 * Fits[0].Objective.TotalWeight / Final.Objective.TotalWeight;
        Final.LearnFrom(Fits[0]);
        return Final;
    }

    /// <summary>Calibration, its interval, thresholds and figures from the held-out logits.</summary>
    /// <param name="prior">The head that weights are pulled to; null for none. Where few held-out rows have either
    /// answer its calibration and threshold stay: they were learnt on more, and the logits are much the same.</param>
    public (Calibration Calibration, ProbabilityInterval? Interval, ThresholdChoice Choice,
        LabelFigures Figures) Calibrate(string label, TrainingOptions options, Head? prior)
    {
        // The head uses all held-out rows; its reported figures use for each part the choices of the others.
        var truth = heldOut.Answers;
        var yes = truth.AsSpan().Count(true);
        if (Math.Min(yes, truth.Length - yes) >= DecisionThreshold.MinimumPositives)
            prior = null;
        var (calibration, interval, cross, choice) = HeldOutCalibration.Of(
            heldOut, chosen.Logits, part => ByOthers(part).Logits, options, prior);
        using var uncalibrated = new Rented<double>(truth.Length);
        for (var i = 0; i < truth.Length; i++)
            uncalibrated.Span[i] = Calibration.Identity.Probability(ByOthers(heldOut.Part[i]).Logits[i]);
        var figures = new LabelFigures(
            label,
            Positives,
            Negatives,
            Folds,
            L2,
            Final!.Iterations,
            Final.Converged,
            TrainingLoss,
            Reliability(uncalibrated.Span),
            Reliability(cross.Probabilities),
            RankingMetrics.AveragePrecision(cross.Probabilities, truth),
            cross.F1(truth),
            Remark(calibration, choice))
        {
            DistinctHeldOut = truth.Length,
            Path = path,
            YesNeeds = choice.YesNeeds,
            NoNeeds = choice.NoNeeds,
            HeldOut = HeldOutEvidence.Of(heldOut, cross),
        };
        return (calibration, interval, choice, figures);
    }

    private string? Remark(Calibration calibration, ThresholdChoice choice)
    {
        var (positives, negatives) = answers.CountDistinct(Label);
        var few = Math.Min(positives, negatives);
        return calibration.Slope == 0 ? "no better than chance on held-out rows: every text gets the share of " +
            "positives; add examples or check the answers"
            : few < FewExamples ? $"only {few} answered texts " +
                $"{(positives <= negatives ? "have it" : "do not have it")}: its probabilities and thresholds have " +
                $"little evidence; answer {FewExamples - few} more or have its texts reviewed"
            : choice.Remark;
    }

    /// <summary>The choice of the other parts; a single part has none.</summary>
    private PenaltyChoice ByOthers(int part) => chosenByOthers.Length == 0 ? chosen : chosenByOthers[part];

    private ReliabilityDiagram Reliability(ReadOnlySpan<double> probabilities)
    {
        using var sorted = new Rented<double>(probabilities.Length);
        using var truth = new Rented<bool>(probabilities.Length);
        probabilities.CopyTo(sorted.Span);
        heldOut.Answers.CopyTo(truth.Span);
        sorted.Span.Sort(truth.Span);
        return ReliabilityDiagram.Of(sorted.Span, truth.Span);
    }

    /// <summary>
    /// An array that no choice has any more, or a new one: with many labels of many rows the collector would be far
    /// behind.
    /// </summary>
    private float[] Unused()
    {
        foreach (var array in kept)
            if (!ReferenceEquals(array, chosen.Logits)
                && Array.TrueForAll(chosenByOthers, choice => !ReferenceEquals(array, choice.Logits)))
                return array;
        kept.Add(new float[heldOut.Rows.Length]);
        return kept[^1];
    }

    /// <summary>Null for all alike: whether other labels' rows are has no say in this one.</summary>
    private double[]? Weights(Func<int, int, double> weights)
    {
        var counts = Array.ConvertAll(heldOut.Rows, row => weights(row, Label));
        return Array.TrueForAll(counts, count => count == counts[0]) ? null : ImportanceWeights.Truncated(counts);
    }

    private Lbfgs Fit(int fold, float[]? start, int width, TrainingOptions options)
    {
        var (positives, negatives) = answers.Weigh(Label, fold);
        var objective = new Objective(Label, fold, positives, negatives, PositiveWeight, width)
        {
            Centre = HasPrior ? this.start : null,
        };
        if (start is null)
            // The best constant: log-odds of the share of positives.
            objective.At[width] = (float)Math.Log(objective.PositiveShare / (1 - objective.PositiveShare));
        else
            start.CopyTo(objective.At, 0);
        return new Lbfgs(objective, options.Tolerance, options.MaximumIterations);
    }
}
