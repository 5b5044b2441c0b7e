using System.CommandLine;

namespace Worker.Commands.Learn;

/// <summary>worker learn: how learning stands, and what people may change about it.</summary>
internal static class LearnCommand
{
    public static Command Create() => new(
        "learn", "How learning from answers stands, and what people decide: status, history, train now, promote")
    {
        StatusCommand.Create(),
        HistoryCommand.Create(),
        TrainNowCommand.Create(),
        PromoteCommand.Create(),
    };
}
