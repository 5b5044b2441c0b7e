using System.CommandLine;
using Worker.Review.Access;
using Worker.Terminal;

namespace Worker.Commands.Review;

/// <summary>worker review key: makes a key for a program.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Who answers with it, e.g. ci; without spaces" };
        var scopes = new Option<string>("--scopes")
        {
            Description = $"What it may do, comma separated: {string.Join(", ", Scopes.All)}; each includes those " +
                "before it",
            DefaultValueFactory = _ => Scopes.Read,
        };
        var command = new Command("key", "Make a key for a program, and the setting that lets it in")
        {
            name, scopes,
        };
        command.SetAction((parsed, _) =>
        {
            var who = parsed.GetValue(name)!;
            if (who.Length is 0 or > 200 || who.Any(one => char.IsWhiteSpace(one) || char.IsControl(one)))
                throw new UserError("the name is empty, longer than 200 characters, or has spaces", ExitCode.Usage);
            var wanted = parsed.GetValue(scopes)!
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (wanted.Length == 0 || wanted.FirstOrDefault(scope => !Scopes.All.Contains(scope)) is not null)
                throw new UserError(
                    $"--scopes: name some of {string.Join(", ", Scopes.All)}, comma separated", ExitCode.Usage);
            var (key, line) = ApiKey.Create(who, wanted);
            // The key alone on standard output, so that it can go straight into a secret.
            Console.WriteLine(key);
            Console.Error.WriteLine("the key is shown this once; send it as 'Authorization: Bearer KEY'");
            Console.Error.WriteLine(
                "let it in with the setting Web:ApiKeys:N (environment Web__ApiKeys__N), N from 0:");
            Console.Error.WriteLine($"  {line}");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
