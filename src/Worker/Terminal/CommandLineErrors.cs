using System.CommandLine;
using System.CommandLine.Parsing;

namespace Worker.Terminal;

/// <summary>What is wrong with a command line, in words that name the nearest command or option.</summary>
internal static class CommandLineErrors
{
    /// <summary>One line for each problem, and where to read more.</summary>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var at = parsed.CommandResult;
        var path = Path(at);
        var names = at.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name).ToList();
        var unknown = at.Command.TreatUnmatchedTokensAsErrors ? parsed.UnmatchedTokens : [];
        if (unknown.Count == 0 && names.Count > 0)
            yield return $"'{path}' needs a command: {string.Join(", ", names)}";
        // After an unknown command nothing else means anything.
        foreach (var token in names.Count > 0 ? unknown.Take(1) : unknown)
            yield return token.StartsWith('-') ? $"'{path}' has no option " +
                $"'{token}'{Nearest.Question(token, Options(at))}"
                : names.Count > 0 ? $"'{token}' is no command of '{path}'{Nearest.Question(token, names)}"
                : $"'{path}' takes no further argument '{token}'";
        foreach (var error in parsed.Errors)
            if (error.SymbolResult is not CommandResult || (unknown.Count == 0 && names.Count == 0))
                yield return error.Message;
        yield return $"  what to do: see '{path} --help'";
    }

    /// <summary>Walks down from 'worker': a command may have subcommands.</summary>
    private static string Path(CommandResult command)
    {
        var path = new Stack<string>();
        for (SymbolResult? at = command; at is CommandResult { Parent: not null } named; at = named.Parent)
            path.Push(named.Command.Name);
        return string.Join(' ', path.Prepend("worker"));
    }

    private static IEnumerable<string> Options(CommandResult command) =>
        command.Command.Options.Where(option => !option.Hidden).SelectMany(option =>
            option.Aliases.Prepend(option.Name));
}
