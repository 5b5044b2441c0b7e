using System.CommandLine;
using Worker.Review.Serving;
using Worker.Terminal;

namespace Worker.Commands.Review;

/// <summary>worker review api: writes the API's description.</summary>
internal static class DescribeApiCommand
{
    public static Command Create()
    {
        var command = new Command("api", "Write the API's description (OpenAPI 3.1) to standard output");
        command.SetAction(async (_, stop) =>
        {
            Console.WriteLine(await ApiDescription.Text(stop));
            return ExitCode.Done;
        });
        return command;
    }
}
