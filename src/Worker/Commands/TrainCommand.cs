using System.CommandLine;
using Worker.Core.Anomaly;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Anomaly;
using Worker.Learning.Calibrating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Reading;
using Worker.Learning.Saving;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Commands;

/// <summary>worker train: labelled texts in, calibrated heads out.</summary>
internal sealed class TrainCommand
{
    private readonly Option<string[]> data = new("--data")
    {
        Description = $"Labelled texts: {DataArguments.Formats}. With \"labels\": {{\"spam\": 1, \"angry\": 0}} a " +
            "label that is not named is unknown; with \"labels\": [\"spam\"] all others of that file are no. Several " +
            "files, each labelled for only some labels, can be trained on together",
    };
    private readonly Option<string?> describe = new("--describe")
    {
        Description = "Labels that nobody has answered yet, in words: JSON lines like " + DescriptionFile.Example +
            ", a description or examples or both. Their heads never decide, they only find texts to ask people about " +
            "first. --data may then also be texts without labels, or missing",
    };
    private readonly Option<string> destination = new("--out")
    {
        Description = "File for the heads (JSON lines)",
        Required = true,
    };
    private readonly Option<string> feature = new("--feature")
    {
        Description =
            "What heads see: taps (means of the last four layers), mean (of the last layer), cls, layerN, several " +
            "joined by +, or auto (for each label the better of mean and taps on held-out texts)",
        DefaultValueFactory = _ => FeatureNames.Taps,
    };
    private readonly Option<string> imbalance = CheckedOptions.Choice("--imbalance",
        "For rare labels, in the training part only: weights (sqrt, full), random under- or oversampling, smote in " +
        "feature space, or augment (altered copies of texts); probabilities are corrected for it. The default has " +
        "the best average precision", "none", ["none", .. Imbalance.All.Select(way => way.Name)]);
    private readonly Option<string> calibration = CheckedOptions.Choice("--calibration",
        "auto: platt, or isotonic if a thousand held-out positives show that it is better", "auto", "auto", "platt",
        "isotonic");
    private readonly Option<string?> weak = new("--weak")
    {
        Description =
            "Fill unknown answers with the scores x of the heads in FILE, or of heads trained on the known answers, " +
            "with the weight 4(x-0.5)^2",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<double?> c = CheckedOptions.Number(
        "--c", "Inverse penalty; default: chosen for each label by held-out log-loss", new NumberRange<double>(
            0, IsAbove: true));
    private readonly Option<int> seed = CheckedOptions.Number("--seed", "The same seed gives the same heads", 0);
    private readonly Option<bool> noAnomaly = new("--no-anomaly")
    {
        Description = "Do not make an anomaly reference",
    };
    private readonly Option<int> references = CheckedOptions.Number(
        "--anomaly-references", "Maximum number of texts that the anomaly reference keeps", 10_000,
        new NumberRange<int>(100, 100_000));
    private readonly Option<bool> perplexity = new("--anomaly-perplexity")
    {
        Description =
            "Let the anomaly reference also look at how tokens follow each other: finds gibberish, other languages",
    };
    private readonly Option<string?> exclusive = new("--exclusive")
    {
        Description =
            "Every text has exactly one of these labels (a group called NAME): the most probable is yes. Detected " +
            "without this option if the data show it",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> notExclusive = new("--not-exclusive")
    {
        Description =
    "Each label is decided independently, even if every text of the data has exactly one"
    };
    private readonly Option<string?> from =
        new("--from") { Description = "Heads to start from; the new ones are one version higher" };
    private readonly TrainingReportArguments report = new();
    private readonly ThresholdArguments thresholds = new();
    private readonly DataArguments reading = new();
    private readonly ModelOptions model = new();

    public static Command Create() => new TrainCommand().Build();

    private Command Build()
    {
        var command = new Command("train",
            "Train calibrated heads on labelled texts; or make heads from descriptions, to find what to ask about")
        {
            data, describe, destination, feature, imbalance, calibration, weak, c, seed, from, exclusive, notExclusive,
            noAnomaly, references, perplexity,
        };
        report.AddTo(command);
        reading.AddTo(command);
        thresholds.AddTo(command);
        model.AddTo(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(parsed, stop)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken stop)
    {
        var paths = parsed.GetValue(data) ?? [];
        var words = parsed.GetValue(describe);
        OutputPath.File("--out", parsed.GetValue(destination), [.. paths, words]);
        report.Check(parsed, [.. paths, words]);
        if (paths.Length == 0 && words is null)
            throw new UserError(
                "--data is missing: name labelled texts to train on; or describe labels with --describe",
                ExitCode.Usage);
        var described = words is null ? null : DescribedLabels.Read(words, paths, reading.Read(parsed));
        if (described is { Labelled.Count: 0 })
            return Describe(parsed, described, stop);
        var examples = DataCleaning.Clean(
            ExampleFile.Read(described?.Labelled ?? paths, reading.Read(parsed), Remarks.Write), out var remarks);
        using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
        using var loaded = LoadedEncoder.Open(
            model.Section(
                parsed, folder.Bundle, [.. TextTraining.Candidates(parsed.GetValue(feature)!), FeatureNames.Taps]));
        var plan = Plan(parsed, loaded.Encoder.Hash);
        if (described is not null)
            plan = plan with { Described = described.Labels };
        Remarks.Write(DataCleaning.Summary(remarks));
        plan.Exclusive.Check(examples);
        var encoded = TextTraining.Encode(loaded, examples.Texts);
        var result = TextTraining.Train(loaded, examples, encoded, plan, stop);
        Remarks.Write(result.Remarks);
        Remarks.Write(result.Problems.Select(problem => $"no head for '{problem.Label}': {problem.Reason}"));
        var anomaly = parsed.GetValue(noAnomaly)
            ? null
            : new AnomalyTrainingOptions
            {
                References = parsed.GetValue(references),
                Perplexity = parsed.GetValue(perplexity),
                Seed = plan.Options.Seed,
            };
        if (result.Heads.Count > 0)
            Print(result);
        foreach (var line in ExclusiveGroups.Lines(result.Heads))
            Console.WriteLine(line);
        var heads = result.Heads;
        if (described is not null)
            heads = [.. heads, .. described.Without(heads).Train(loaded, examples.Texts, plan.Options.Seed, stop)];
        // The heads first, so that they are not lost if the reference fails.
        if (heads.Count > 0)
            Write(parsed.GetValue(destination)!, heads, loaded.Encoder.Hash);
        report.Write(
            parsed, loaded, examples, encoded, result, plan.Options,
            [("texts", string.Join(", ", paths.Select(Path.GetFileName)))], stop);
        var reference = Reference(loaded, examples, encoded, result, plan.Options, anomaly, stop);
        if (heads.Count == 0 && reference is null)
            throw new UserError($"{string.Join(", ", paths)}: no label could be trained");
        if (heads.Count == 0)
            Write(parsed.GetValue(destination)!, heads, loaded.Encoder.Hash);
        WriteReference(reference, parsed.GetValue(destination)!);
        return ExitCode.Done;
    }

    /// <summary>Only descriptions: nothing else to train on, and no known texts for an anomaly reference.</summary>
    private int Describe(ParseResult parsed, DescribedLabels described, CancellationToken stop)
    {
        using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
        using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle, [FeatureNames.Mean]));
        var heads = described.Train(loaded, [], parsed.GetValue(seed), stop);
        Write(parsed.GetValue(destination)!, heads, loaded.Encoder.Hash);
        return ExitCode.Done;
    }

    private TrainingPlan Plan(ParseResult parsed, string encoder)
    {
        var against = Imbalance.All.FirstOrDefault(way => way.Name == parsed.GetValue(imbalance));
        var weakHeads = parsed.GetValue(weak);
        var options = new TrainingOptions
        {
            Calibration = Enum.Parse<CalibrationMethod>(parsed.GetValue(calibration)!, ignoreCase: true),
            C = parsed.GetValue(c),
            Seed = parsed.GetValue(seed),
            Thresholds = thresholds.Read(parsed),
        };
        return new TrainingPlan
        {
            Feature = parsed.GetValue(feature)!,
            Previous = parsed.GetValue(from) is { } path ? UsableHeads.Read(path, encoder) : null,
            Exclusive = Exclusive(parsed),
            Augment = against == Imbalance.Augment,
            Weak = parsed.GetResult(weak) is not null,
            WeakHeads = weakHeads is null ? null
                : [.. UsableHeads.Read(weakHeads, encoder).Where(head => head.Described is null)],
            Options = against?.Apply(options) ?? options,
        };
    }

    private ExclusiveGroups Exclusive(ParseResult parsed)
    {
        var off = parsed.GetValue(notExclusive);
        if (parsed.GetResult(exclusive) is null)
            return off ? ExclusiveGroups.None : ExclusiveGroups.Automatic;
        return off ? throw new UserError("--exclusive and --not-exclusive are both given: give one", ExitCode.Usage)
            : parsed.GetValue(exclusive)?.Trim() is "" ? throw new UserError(
                "--exclusive has an empty name: give a name, or leave the name out", ExitCode.Usage)
            : ExclusiveGroups.Forced(parsed.GetValue(exclusive));
    }

    private static void Print(TrainingResult result)
    {
        Console.WriteLine($"{"label",-24} {"yes",7} {"no",7} {"F1",6} {"AP",6} {"log-loss",9} {"ECE",6} {"before",7}");
        foreach (var figures in result.Figures)
        {
            Console.WriteLine(
                $"{figures.Label,-24} {figures.Positives,7} {figures.Negatives,7} {figures.F1,6:F3} " +
                $"{figures.AveragePrecision,6:F3} {figures.After.LogLoss,9:F4} {figures.After.Ece,6:F3} " +
                $"{figures.Before.Ece,7:F3}");
            if (figures.Remark is { } remark)
                Console.WriteLine($"  {remark}");
        }
        Console.WriteLine("(on held-out texts, copies counted once; ECE calibrated on the other folds, and before)");
        foreach (var line in CertificateSummary.Lines(result.Heads).Concat(CertificateSummary.Missing(result.Figures)))
            Console.WriteLine(line);
    }

    /// <summary>Also without heads: texts of one known kind are enough to recognise texts unlike them.</summary>
    private static AnomalyReference? Reference(
        LoadedEncoder loaded, DataSet data, EncodedTexts encoded, TrainingResult result, TrainingOptions options,
        AnomalyTrainingOptions? anomaly, CancellationToken stop)
    {
        if (anomaly is null)
            return null;
        try
        {
            return ProgressBars.Run(
                "anomaly reference", _ => AnomalyTraining.Train(loaded, data, encoded, result, options, anomaly, stop));
        }
        catch (AnomalyTrainingException problem)
        {
            Console.Error.WriteLine($"no anomaly reference: {problem.Message}");
            return null;
        }
    }

    /// <summary>
    /// A reference of other texts next to new heads would mislead, so it is deleted with the old heads.
    /// </summary>
    private static void Write(string destination, IReadOnlyList<Head> heads, string encoder)
    {
        AnomalyFile.Write(destination, null);
        HeadFile.Write(destination, heads);
        Console.WriteLine($"{heads.Count} heads for encoder {encoder[..12]} written to {destination}");
    }

    private static void WriteReference(AnomalyReference? reference, string destination)
    {
        if (reference is null)
            return;
        AnomalyFile.Write(destination, reference);
        Console.WriteLine(
            $"anomaly reference of {reference.Texts} texts in {reference.Classes} classes written to " +
            $"{AnomalyFile.PathBeside(destination)}");
    }
}
