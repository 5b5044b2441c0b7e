using System.CommandLine;

namespace Worker.Commands.Heads;

/// <summary>
/// worker heads: manages the heads that every running worker takes from the heads topic. These commands bring a head
/// from its file to the topic, and look at it there (see <see cref="Core.Heads.Head"/> for its whole way).
/// </summary>
internal static class HeadsCommand
{
    public static Command Create() => new(
        "heads", "Heads that running workers use: list, show, compare, publish, roll back, retire, sign")
    {
        ListCommand.Create(),
        ShowCommand.Create(),
        DiffCommand.Create(),
        PublishCommand.Create(),
        RollbackCommand.Create(),
        RetireCommand.Create(),
        SignCommand.Create(),
        RetireAnomalyCommand.Create(),
    };
}
