using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Worker.Commands;

/// <summary>
/// Options whose values are checked before a command does anything, with our own messages; --help gives the range.
/// </summary>
internal static class CheckedOptions
{
    /// <summary>A number; any number if no range is given.</summary>
    public static Option<T> Number<T>(string name, string description, T value, NumberRange<T>? range = null)
        where T : struct, INumber<T> => new(name)
        {
            Description = Described(description, range),
            DefaultValueFactory = _ => value,
            CustomParser = result => Parse(result, name, range) ?? value,
        };

    /// <summary>An optional number.</summary>
    public static Option<T?> Number<T>(string name, string description, NumberRange<T> range)
        where T : struct, INumber<T> => new(name)
        {
            Description = Described(description, range),
            CustomParser = result => Parse(result, name, range),
        };

    /// <summary>A point in time, with its offset from UTC; without one it is UTC.</summary>
    public static Option<DateTimeOffset> Time(string name, string description, DateTimeOffset value) => new(name)
    {
        Description = $"{description}, e.g. 2026-01-31T12:00:00Z",
        DefaultValueFactory = _ => value,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                return time;
            result.AddError($"{name} {text}: must be a date or time, e.g. 2026-01-31T12:00:00Z");
            return value;
        },
    };

    /// <summary>One of several words.</summary>
    public static Option<string> Choice(string name, string description, string value, params string[] choices)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => value };
        // For the completions and the names in --help; the error message is our own.
        option.AcceptOnlyFromAmong(choices);
        option.Validators.Clear();
        option.Validators.Add(result => Refuse(result, name, choices));
        return option;
    }

    /// <summary>Any of several words; all of them if none is given.</summary>
    public static Argument<string[]> Choices(string name, string description, params string[] choices)
    {
        var argument = new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.ZeroOrMore };
        argument.AcceptOnlyFromAmong(choices);
        argument.Validators.Clear();
        argument.Validators.Add(result => Refuse(result, name, choices));
        return argument;
    }

    private static void Refuse(SymbolResult result, string name, string[] choices)
    {
        foreach (var token in result.Tokens)
            if (!choices.Contains(token.Value, StringComparer.Ordinal))
                result.AddError($"{name} {token.Value}: must be one of {string.Join(", ", choices)}");
    }

    private static string Described<T>(string description, NumberRange<T>? range)
        where T : struct, INumber<T> => range is null ? description : $"{description}; {range}";

    private static T? Parse<T>(ArgumentResult result, string name, NumberRange<T>? range)
        where T : struct, INumber<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, CultureInfo.InvariantCulture, out var number) && range?.Contains(number) != false)
            return number;
        var kind = typeof(T) == typeof(double) ? "a number" : "a whole number";
        result.AddError($"{name} {text}: must be {kind}{(range is null ? "" : $", {range}")}");
        return null;
    }
}
