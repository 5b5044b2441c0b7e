using System.CommandLine;
using Worker.Learner;
using Worker.Terminal;

namespace Worker.Commands.Learn;

/// <summary>worker learn status: a line a label: answers, the next training, the last verdict.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a label, on a line each" };
        var store = new StoreArguments();
        var command = new Command(
            "status", "Answers of each label, when it is trained next and why not now, and its last verdict")
        {
            json,
        };
        store.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            using var opened = store.Open(parsed, create: false);
            var status = LearnerStatus.Read(opened, store.Read(parsed).Learn, TimeProvider.System.GetUtcNow());
            if (parsed.GetValue(json))
                status.WriteJson(Console.Out);
            else if (Console.IsOutputRedirected)
                status.WritePlain(Console.Out);
            else
                status.WriteTable(Console.Out, opened.Description);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
