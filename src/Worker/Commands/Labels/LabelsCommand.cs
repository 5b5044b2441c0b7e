using System.CommandLine;

namespace Worker.Commands.Labels;

/// <summary>worker labels: people's answers in the store, without Kafka.</summary>
internal static class LabelsCommand
{
    public static Command Create() => new("labels", "People's answers in the store: import, export, erase")
    {
        ImportLabelsCommand.Create(),
        ExportLabelsCommand.Create(),
        EraseCommand.Create(),
    };
}
