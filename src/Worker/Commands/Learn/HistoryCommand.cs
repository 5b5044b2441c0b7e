using System.CommandLine;
using Worker.Learner;
using Worker.Terminal;

namespace Worker.Commands.Learn;

/// <summary>worker learn history: every head of a label that was made, and the figures that decided it.</summary>
internal static class HistoryCommand
{
    public static Command Create()
    {
        var label = new Argument<string>("label") { Description = "Whose heads" };
        var store = new StoreArguments();
        var command = new Command(
            "history", "Every head that was made of a label's answers, and why it was promoted or not")
        {
            label,
        };
        store.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            using var opened = store.Open(parsed, create: false);
            var state = LabelNames.Need(opened, parsed.GetValue(label)!);
            foreach (var head in opened.Heads.Of([state.Id]))
            {
                var verdict = VerdictRecord.Parse(head.Verdict);
                Console.WriteLine($"v{head.Version}  {head.Made:yyyy-MM-dd HH:mm} UTC  {verdict.Sentence}");
                if (verdict.Made is { } made)
                    Console.WriteLine($"    made as {made}");
                foreach (var bar in verdict.Bars)
                    Console.WriteLine($"    {(bar.Passed ? "passed" : "FAILED")}  {bar.Name}: {bar.Sentence}");
                if (verdict.Alone is { } alone)
                    Console.WriteLine($"    {alone}");
            }
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
