using System.CommandLine;

namespace Worker.Commands.Heads;

/// <summary>
/// worker heads: looks after the heads that every running worker has from the heads topic. On a head's way (see
/// <see cref="Core.Heads.Head"/>) these commands bring it from its file to the topic, and look at it there.
/// </summary>
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
