using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Worker.Terminal;

namespace Worker.Tests.Terminal;

/// <summary>The exit codes in the code match both pages that list them.</summary>
public partial class ExitCodeTests
{
    private static readonly int[] Codes =
        [.. typeof(ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field =>
            (int)field.GetRawConstantValue()!).Order()];

    [Fact]
    public void Every_code_is_documented() => Assert.Equal(Codes, Documented("configuration.md", Row()));

    /// <summary>All codes with which a pod may fail.</summary>
    [Fact]
    public void Every_code_that_a_pod_ends_with_is_explained() =>
        Assert.Equal(Codes.Except([ExitCode.Done, ExitCode.Interrupted]), Documented("kubernetes.md", PodRow()));

    private static IEnumerable<int> Documented(string page, Regex row) => row
        .Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", page)))
        .Select(found => int.Parse(found.Groups["code"].Value, CultureInfo.InvariantCulture)).Order();

    [GeneratedRegex(@"^\| (?<code>\d+) \|", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| Exit code (?<code>\d+) \|", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PodRow();
}
