using System.CommandLine;
using Worker.Terminal;

namespace Worker.Commands.Learn;

/// <summary>worker learn train: has labels trained as soon as a learner is free.</summary>
internal static class TrainNowCommand
{
    public static Command Create()
    {
        var labels = new Argument<string[]>("labels")
        {
            Description = "Which labels",
            Arity = ArgumentArity.OneOrMore,
        };
        var store = new StoreArguments();
        var command = new Command("train", "Have labels trained now, whatever Learn:Answers and Learn:Minutes say")
        {
            labels,
        };
        store.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            using var opened = store.Open(parsed, create: false);
            foreach (var label in parsed.GetValue(labels)!)
                LabelNames.Need(opened, label);
            var count = opened.Examples.Ask(parsed.GetValue(labels)!);
            Console.WriteLine($"{count} {(count == 1 ? "label is" : "labels are")} trained as soon as a learner " +
                "('worker run --roles learn') is free");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
