using Worker.Core.Numerics;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;

namespace Worker.Learning.Overfitting;

/// <summary>
/// Learning curves: each label is fitted on nested, stratified shares of the examples that its folds leave, and
/// measured on the fold that was left out. The folds are those of the training, and so are the penalties: the total
/// penalty (L2 · examples) is the same for every share, as a prior's strength is. So a share costs one fit for each
/// fold, and no search. Sampling, class weights and altered copies are left out here: the curve is of the answers.
/// </summary>
/// <param name="features">[texts, width] of the labels' feature.</param>
/// <param name="data">What the heads were trained on.</param>
/// <param name="options">How they were trained.</param>
internal sealed class LearningCurves(FeatureMatrix features, DataSet data, TrainingOptions options)
{
    /// <summary>Fits side by side; bounds the memory.</summary>
    private const int GroupSize = 256;

    /// <summary>Shares of the examples.</summary>
    public static readonly IReadOnlyList<double> Shares = [0.1, 0.2, 0.4, 0.7, 1];

    /// <summary>The curves of some labels, in the order given.</summary>
    /// <param name="trained">Labels with their penalties.</param>
    /// <param name="report">Told the share that is done.</param>
    public IReadOnlyList<LearningCurve> Of(
        IReadOnlyList<LabelFigures> trained, Action<double> report, CancellationToken stop)
    {
        var rows = new FittingRows(features, data, new DerivedExamples(), options with { Sampling = Sampling.None });
        var columns = trained.Select(label => data.Labels.IndexOf(label.Label)).ToList();
        var labels = trained.Zip(columns, rows.Split(columns)).Select(one =>
            new CurveFits(one.First, one.Second, one.Third, rows.Answers, features.Width)).ToList();
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism,
            CancellationToken = stop,
        };
        var standardisation = Standardisation.Of(rows.Features, parallel);
        var (all, done) = (new LossPass(rows.Features, standardisation, rows.Answers, parallel), 0);
        foreach (var share in Shares)
        {
            var known = rows.Answers.Share(share, options.Seed);
            var pass = new LossPass(rows.Features, standardisation, known, parallel);
            foreach (var group in labels.Chunk(Math.Max(1, GroupSize / labels.Max(label => label.Folds))))
            {
                var fits = group.SelectMany(label => label.Start(known, options)).ToArray();
                LbfgsBatch.Run(pass, fits, parallel, _ => { });
                foreach (var fit in fits)
                    fit.Point.CopyTo(fit.Objective.At, 0);
                all.Predict([.. fits.Select(fit => fit.Objective)],
                    [.. group.SelectMany(label => Enumerable.Repeat(label.Rows, label.Folds))],
                    [.. group.SelectMany(label => Enumerable.Repeat(label.Logits, label.Folds))]);
                Parallel.ForEach(group, parallel, label => label.Measure());
                done += group.Length;
                report((double)done / (labels.Count * Shares.Count));
            }
        }
        return [.. labels.Select(label => new LearningCurve(label.Label, label.Points))];
    }

    /// <summary>The fits of one label, share after share; each starts where the one before ended.</summary>
    private sealed class CurveFits(
        LabelFigures trained, int column, int folds, CrossFitAnswers answers, int width)
    {
        private readonly HeldOutRows heldOut = HeldOutRows.Of(answers, column, folds);
        private Lbfgs[] fits = [];

        public string Label => trained.Label;

        public int Folds => folds;

        /// <summary>Rows of the held-out texts, rising.</summary>
        public int[] Rows => heldOut.Rows;

        /// <summary>One for each of <see cref="Rows"/>.</summary>
        public float[] Logits => field ??= new float[heldOut.Rows.Length];

        public List<LearningPoint> Points { get; } = [];

        /// <summary>A fit for each fold on the answers that are known.</summary>
        public Lbfgs[] Start(CrossFitAnswers known, TrainingOptions options)
        {
            var before = fits;
            return fits = [.. Enumerable.Range(1, folds).Select(fold =>
            {
                var (positives, negatives) = known.Weigh(column, fold);
                var (allPositives, allNegatives) = answers.Weigh(column, fold);
                var objective = new Objective(column, fold, positives, negatives, positiveWeight: 1, width)
                {
                    L2 = trained.L2 * (allPositives + allNegatives) / (positives + negatives),
                };
                if (before.Length > 0)
                    before[fold - 1].Point.CopyTo(objective.At, 0);
                else
                    objective.At[width] = (float)Math.Log(positives / negatives);
                return new Lbfgs(objective, options.Tolerance, options.MaximumIterations);
            })];
        }

        public void Measure()
        {
            var scores = Array.ConvertAll(Logits, z => (double)z);
            var losses = scores.Zip(heldOut.Answers, (z, yes) => Logistic.Softplus(yes ? -z : z)).ToArray();
            int[] parts = [.. Enumerable.Range(0, heldOut.Parts)];
            Points.Add(new LearningPoint(
                fits.Average(fit => fit.Objective.TotalWeight),
                fits.Average(fit => fit.Objective.TotalWeight * fit.Objective.PositiveShare),
                [.. fits.Select(fit => fit.Loss)],
                [.. parts.Select(part => heldOut.Of(losses, part, others: false).Average())],
                [.. parts.Select(part => RankingMetrics.AveragePrecision(
                    heldOut.Of(scores, part, others: false), heldOut.Of(heldOut.Answers, part, others: false)))]));
        }
    }
}
