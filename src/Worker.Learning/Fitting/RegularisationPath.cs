namespace Worker.Learning.Fitting;

/// <summary>
/// Takes a group of labels along the path of penalties in parallel: (1) fits without the held-out rows, from strong to
/// weak, each label until its held-out loss rises (a label that has a head begins near that head's penalty); (2) fits
/// on all rows, with the penalty found.
/// </summary>
internal sealed class RegularisationPath(
    LossPass pass, IReadOnlyList<CrossFittedLabel> labels, int width, TrainingOptions options, ParallelOptions parallel)
{
    /// <summary>Estimated share of the first part in the work.</summary>
    private const double Selecting = 0.8;

    private readonly double[] withPrior = [.. options.PriorPath, .. options.L2Path];

    /// <summary>Passes over the features so far.</summary>
    public int Passes { get; private set; }

    /// <summary>Runs both parts.</summary>
    /// <param name="report">Called with the progress within this group after every pass.</param>
    public void Run(Action<TrainingProgress> report)
    {
        // A penalty that is given is a path of one.
        var isGiven = options.L2 is not null || options.C is not null;
        if (!isGiven)
            LearnFromParents();
        var length = isGiven ? 1 : labels.Max(label => Path(label).Count);
        for (var tried = 0; tried < length; tried++)
        {
            var open = labels.Where(label => !label.Settled && (isGiven || label.First + tried < Path(label).Count))
                .ToArray();
            if (open.Length == 0)
                break;
            Select(open, tried, (double)tried / length, (tried + 1.0) / length, report);
        }
        var final = labels.Select(label => label.StartFinal(width, options)).ToArray();
        Solve(final, TrainingStage.Refitting, l2: null, Selecting, 1, report);
    }

    private void LearnFromParents()
    {
        var warm = labels.Select(label => (Label: label, At: label.AtParent(width))).Where(pair => pair.At is not null)
            .ToArray();
        if (warm.Length == 0)
            return;
        pass.Evaluate([.. warm.Select(pair => pair.At!)]);
        Passes++;
        foreach (var (label, at) in warm)
            label.First = ParentPenalty.First(at!, label.Fits[0].Objective.TotalWeight, options.L2Path);
    }

    private void Select(CrossFittedLabel[] open, int tried, double from, double to, Action<TrainingProgress> report)
    {
        foreach (var label in open)
            label.Try(Penalty(label, tried));
        var fits = open.SelectMany(label => label.Fits).ToArray();
        Solve(fits, TrainingStage.Selecting, Penalty(open[0], tried), Selecting * from, Selecting * to, report);
        foreach (var label in open)
            label.AskSolutions();
        pass.Predict([.. fits.Select(fit => fit.Objective)],
            [.. open.SelectMany(label => label.Fits.Select(_ => label.HeldOut))],
            [.. open.SelectMany(label => label.Fits.Select(_ => label.Logits))]);
        Passes++;
        Parallel.ForEach(open, parallel, label => label.Judge(Penalty(label, tried)));
    }

    private void Solve(
        Lbfgs[] fits, TrainingStage stage, double? l2, double from, double to, Action<TrainingProgress> report) =>
        LbfgsBatch.Run(pass, fits, parallel, running =>
        {
            Passes++;
            report(new TrainingProgress(
                stage, from + (to - from) * (fits.Length - running) / fits.Length, running, l2));
        });

    private double Penalty(CrossFittedLabel label, int tried) => options switch
    {
        { L2: { } l2 } => l2,
        { C: { } c } => 1 / (c * label.Fits[0].Objective.TotalWeight),
        _ => Path(label)[label.First + tried],
    };

    private IReadOnlyList<double> Path(CrossFittedLabel label) => label.HasPrior ? withPrior : options.L2Path;
}
