using System.CommandLine;
using Worker.Core.Features;
using Worker.Encoders;
using Worker.Learner;
using Worker.Learning.Examples;
using Worker.Learning.Reading;
using Worker.Simulating;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker simulate: the loop on labelled texts, with an oracle in place of people.</summary>
internal sealed class SimulateCommand
{
    private readonly Option<string> data = new("--data")
    {
        Description = $"Labelled texts to ask about: {DataArguments.Formats}",
        Required = true,
    };
    private readonly Option<string?> test = new("--test")
    {
        Description = "Labelled texts to measure on; without it a fifth of the data is held out",
    };
    private readonly Option<int> rounds = CheckedOptions.Number(
        "--rounds", "Rounds of questions", 5, new NumberRange<int>(1, 1000));
    private readonly Option<int> budget = CheckedOptions.Number(
        "--budget", "Questions of a round; 0 for a tenth of the texts", 0, new NumberRange<int>(0, 10_000_000));
    private readonly Option<int> start = CheckedOptions.Number(
        "--start", "Texts answered at random before; 0 for as many as a round", 0,
        new NumberRange<int>(0, 10_000_000));
    private readonly Option<int> seeds = CheckedOptions.Number(
        "--seeds", "Repetitions, each with another start", 10, new NumberRange<int>(1, 1000));
    private readonly Option<string> method = CheckedOptions.Choice(
        "--method", "How a label that has a head in use gets its next one (Learn:Method)",
        $"{new LearnSection().Method}", Enum.GetNames<LearningMethod>());
    private readonly Option<int> minimum = CheckedOptions.Number(
        "--promotion-answers", "Answers of each kind without which no head is promoted (Learn:PromotionAnswers)", 5,
        new NumberRange<int>(2, 1_000_000));
    private readonly Option<double> level = CheckedOptions.Number(
        "--promotion-level", "Chance that a head which is no better is promoted (Learn:PromotionLevel)", 0.05,
        new NumberRange<double>(0.001, 0.49));
    private readonly Option<double> turned = CheckedOptions.Number(
        "--turned-wrong", "Share of right decisions that a better head may turn wrong (Learn:TurnedWrong)", 0.02,
        new NumberRange<double>(0, 1));
    private readonly Option<string?> json = new("--json") { Description = "File for every figure, as JSON" };
    private readonly DataArguments reading = new();
    private readonly ModelOptions model = new();

    public static Command Create() => new SimulateCommand().Build();

    private Command Build()
    {
        var command = new Command(
            "simulate", "Try the loop of answers and better heads on labelled texts, with an oracle in place of people")
        {
            data, test, rounds, budget, start, seeds, method, minimum, level, turned, json,
        };
        reading.AddTo(command);
        model.AddTo(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(parsed, stop)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken stop)
    {
        var path = parsed.GetValue(data)!;
        OutputPath.File("--json", parsed.GetValue(json), path);
        var options = reading.Read(parsed);
        var labelled = Clean(ExampleFile.Read([path], options, Remarks.Write));
        var (pool, measured) = parsed.GetValue(test) is { } other
            ? (labelled, Clean(ExampleFile.Read([other], options, Remarks.Write)))
            : Simulation.Divide(labelled, 0.2, seed: 0);
        using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
        using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle, FeatureNames.Taps));
        var questions = parsed.GetValue(budget) is > 0 and var given ? given : Math.Max(1, pool.Texts.Count / 10);
        var result = Simulation.Run(loaded, pool, measured, new SimulationOptions
        {
            Rounds = parsed.GetValue(rounds),
            Budget = questions,
            Start = parsed.GetValue(start) is > 0 and var first ? first : questions,
            Seeds = parsed.GetValue(seeds),
            Threads = Math.Max(1, Environment.ProcessorCount),
            Method = Enum.Parse<LearningMethod>(parsed.GetValue(method)!),
            PromotionAnswers = parsed.GetValue(minimum),
            PromotionLevel = parsed.GetValue(level),
            TurnedWrong = parsed.GetValue(turned),
        }, stop);
        SimulationFigures.Write(Console.Out, result);
        if (parsed.GetValue(json) is { } file)
        {
            using var output = File.Create(file);
            SimulationFigures.WriteJson(output, result);
        }
        return ExitCode.Done;
    }

    private static DataSet Clean(DataSet data)
    {
        var cleaned = DataCleaning.Clean(data, out var remarks);
        Remarks.Write(DataCleaning.Summary(remarks));
        return cleaned;
    }
}
