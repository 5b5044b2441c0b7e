namespace Worker.Bench.Quality;

/// <summary>
/// Figures of how well texts unlike the training set stand out. The seam: <see cref="Scores"/> gets everything that there
/// is to score with, and returns higher scores for stranger texts.
/// </summary>
internal static class AnomalyFigures
{
    /// <summary>Anomaly scores of the test texts and of the unlike test texts; null while nothing scores them.</summary>
    /// <param name="run">Training, validation and test texts with features and heads.</param>
    public static (double[] Known, double[] Unlike)? Scores(QualityRun run)
    {
        _ = run;
        return null;
    }

    /// <summary>AUROC of unlike against known texts, and the share of known ones flagged where 95% of the unlike are.</summary>
    public static void Add(QualityTable table, QualityRun run, string name, double auroc, double falsePositives)
    {
        var scores = Scores(run);
        table.Add(new QualityFigure($"{name}: unlike against known texts, AUROC", auroc, scores is { } s ? Auroc(s.Known, s.Unlike) : null));
        table.Add(new QualityFigure($"{name}: false positives at 95% recall of unlike texts", falsePositives, scores is { } t ? At95(t.Known, t.Unlike) : null, Less: true));
    }

    public static double? Auroc(double[] known, double[] unlike) =>
        Learning.Evaluating.RankingMetrics.RocAuc([.. known, .. unlike], [.. known.Select(_ => false), .. unlike.Select(_ => true)]);

    public static double At95(double[] known, double[] unlike)
    {
        var threshold = unlike.OrderDescending().ElementAt((int)Math.Ceiling(0.95 * unlike.Length) - 1);
        return (double)known.Count(score => score >= threshold) / known.Length;
    }
}
