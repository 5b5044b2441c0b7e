using System.CommandLine;
using System.Globalization;
using Worker.Core.Messages;
using Worker.Terminal;

namespace Worker.Commands.Labels;

/// <summary>worker labels erase: takes a text out of the store for good.</summary>
internal static class EraseCommand
{
    public static Command Create()
    {
        var message = new Option<string?>("--message")
        {
            Description = "The message that it came in, as TOPIC/PARTITION/OFFSET",
        };
        var text = new Option<string?>("--text") { Description = "The text itself, character for character" };
        var store = new StoreArguments();
        var command = new Command(
            "erase", "Erase a text with all that was said and made of it; later answers to it are not recorded")
        {
            message, text,
        };
        store.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var (place, exact) = (parsed.GetValue(message), parsed.GetValue(text));
            if ((place is null) == (exact is null))
                throw new UserError("name either --message or --text", ExitCode.Usage);
            using var opened = store.Open(parsed, create: false);
            var found = place is null ? opened.Erasure.Text(exact!) : opened.Erasure.Message(Parse(place));
            Console.WriteLine(found
                ? $"erased from {opened.Description}; heads that were trained on it stay until they are trained anew"
                : place is null
                    ? $"{opened.Description} does not hold that text; answers to it will not be recorded"
                    : $"{opened.Description} knows no text of that message: name it with --text");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static SourcePosition Parse(string place)
    {
        var parts = place.Split('/');
        return parts.Length == 3 && parts[0].Length > 0
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new SourcePosition(parts[0], partition, offset)
            : throw new UserError(
                $"--message '{place}': write TOPIC/PARTITION/OFFSET, e.g. messages/3/41", ExitCode.Usage);
    }
}
