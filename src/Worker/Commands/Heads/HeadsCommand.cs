using System.CommandLine;

namespace Worker.Commands.Heads;

/// <summary>worker heads: looks after the heads that every running worker has from the heads topic.</summary>
internal static class HeadsCommand
{
    public static Command Create() => new(
        "heads", "The heads that running workers use: see, compare, publish, roll back, retire")
    {
        ListCommand.Create(),
        ShowCommand.Create(),
        DiffCommand.Create(),
        PublishCommand.Create(),
        RollbackCommand.Create(),
        RetireCommand.Create(),
        RetireAnomalyCommand.Create(),
    };
}
