using System.CommandLine.Parsing;
using System.Globalization;

namespace Worker.Commands;

/// <summary>A head's version on the command line.</summary>
internal static class VersionNumber
{
    /// <summary>"3", or "v3" as the commands write it.</summary>
    public static int? Parse(ArgumentResult given)
    {
        var text = given.Tokens[0].Value;
        var digits = text.StartsWith('v') ? text[1..] : text;
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0)
            return version;
        var option = (given.Parent as OptionResult)?.Option.Name ?? "";
        given.AddError($"{option} {text} is not a version: write a number, such as {option} 3");
        return null;
    }
}
