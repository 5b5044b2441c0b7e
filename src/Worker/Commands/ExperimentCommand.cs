using System.CommandLine;
using Worker.Encoders;
using Worker.Learning.Examples;
using Worker.Learning.Experiments;
using Worker.Learning.Reading;
using Worker.Reports.Figures;
using Worker.Reports.Reporting;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Commands;

/// <summary>worker experiment: finds which features, weights and ensemble suit a data file.</summary>
internal static class ExperimentCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = $"Labelled texts, as for 'train': {DataArguments.Formats}",
            Required = true,
        };
        var features = new Option<string>("--features")
        {
            Description = "Features to compare, separated by commas; the first is " +
                "the base. Names as for 'train --feature'",
            DefaultValueFactory = _ => "taps,mean"
        };
        var seeds = CheckedOptions.Number("--seeds", "Number of random splits", 10, new NumberRange<int>(2, 1000));
        var seed = CheckedOptions.Number("--seed", "Seed of the first split; the same seed gives the same figures", 0);
        var bags = CheckedOptions.Number("--bags", "Members of the bagged ensemble", 5, new NumberRange<int>(2, 100));
        var update = CheckedOptions.Number(
            "--update", "Compare ways to bring heads up to date too: share of the training texts that is old, e.g. 0.5",
            new NumberRange<double>(0.05, 0.95));
        var only = new Option<string?>("--only")
        {
            Description = "Variants to run, separated by commas; the base is always run",
        };
        var json = new Option<string?>("--json") { Description = "File for all figures as JSON" };
        var csv = new Option<string?>("--csv") { Description = "File for all figures of every split as CSV" };
        var report = new Option<string?>("--report") { Description = "File for a page with plots (HTML, one file)" };
        var reading = new DataArguments();
        var model = new ModelOptions();
        var command = new Command(
            "experiment", "Compare features, imbalance options and ensembles on a data file, over random splits")
        {
            data, features, seeds, seed, bags, update, only, json, csv, report,
        };
        reading.AddTo(command);
        model.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            string[] names = [.. List(parsed.GetValue(features)).Distinct(StringComparer.Ordinal)];
            var options = new ExperimentOptions
            {
                Features = [.. names.Select(name => new NamedFeature(name, name))],
                Seeds = parsed.GetValue(seeds),
                FirstSeed = parsed.GetValue(seed),
                Bags = parsed.GetValue(bags),
                Update = parsed.GetValue(update),
                Only = List(parsed.GetValue(only)),
            };
            if (options.Problems() is { Count: > 0 } wrong)
                throw new UserError(string.Join("\n  ", wrong), ExitCode.Usage);
            var path = parsed.GetValue(data)!;
            foreach (var (option, file) in new[] { ("--json", json), ("--csv", csv), ("--report", report) })
                OutputPath.File(option, parsed.GetValue(file), path);
            var labelled = ExampleFile.Read(path, reading.Read(parsed), Remarks.Write);
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle, names));
            options = options with
            {
                Features =
                    [.. names.Select(name =>
                        new NamedFeature(name, loaded.Bundle.Canonical(name)))],
            };
            var result = Run(loaded, labelled, options, stop);
            ExperimentTable.Write(Console.Out, result);
            Save(result, parsed.GetValue(json), parsed.GetValue(csv), parsed.GetValue(report),
            [
                ("texts", Path.GetFileName(path)), ("labels", $"{labelled.Labels.Length}"),
                ("encoder", loaded.Encoder.Hash[..12]),
                ("splits",
                    $"{result.Seeds} of {result.Texts.Fit} + {result.Texts.Validation} + {result.Texts.Test} texts"),
                ("made", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'")),
            ]);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static ExperimentResult Run(
        LoadedEncoder loaded, DataSet data, ExperimentOptions options, CancellationToken stop)
    {
        var encoded = TextTraining.Encode(loaded, data.Texts);
        AlteredTexts? altered = null;
        if (Experiment.WantsAltered(options))
        {
            var (copies, sources) = TextAugmentation.Copy(data, options.FirstSeed);
            altered = new AlteredTexts(sources, TextTraining.Encode(loaded, copies).Matrix);
        }
        return ProgressBars.Run(
            "compare", report =>
                Experiment.Run(data, encoded.Matrix, loaded.Encoder.Hash, options, altered, report, stop));
    }

    private static void Save(
        ExperimentResult result, string? json, string? csv, string? report, IReadOnlyList<(string, string)> facts)
    {
        if (json is not null)
        {
            using var file = File.Create(json);
            ExperimentJson.Write(file, result);
            Console.Error.WriteLine($"all figures: {json}");
        }
        if (csv is not null)
        {
            using var file = new StreamWriter(csv);
            ExperimentCsv.Write(file, result);
            Console.Error.WriteLine($"all figures of every split: {csv}");
        }
        if (report is not null)
        {
            using var file = File.Create(report);
            new ExperimentReport(facts, result).Write(file);
            Console.Error.WriteLine($"report: {Path.GetFullPath(report)}");
        }
    }

    private static string[] List(string? names) =>
        names?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
