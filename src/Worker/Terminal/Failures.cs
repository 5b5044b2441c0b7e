using Worker.Core;

namespace Worker.Terminal;

/// <summary>Turns any exception of a command into a message for a person and an exit code.</summary>
internal static class Failures
{
    public static async Task<int> Guard(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (UserError error)
        {
            return await Say(error.Message, error.Code);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception error) when (IsForeseen(error))
        {
            return await Say(error.Message, ExitCode.Failed);
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"bug: {error}");
            await Console.Error.WriteLineAsync("  what to do: please report the lines above");
            return ExitCode.Bug;
        }
    }

    /// <summary>Exceptions whose message is written for people, including those of files and formats.</summary>
    public static bool IsForeseen(Exception error) =>
        error is UserFacingException or IOException or UnauthorizedAccessException or FormatException;

    private static async Task<int> Say(string message, int code)
    {
        await Console.Error.WriteLineAsync($"error: {message}");
        return code;
    }
}
