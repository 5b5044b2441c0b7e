using Worker.Core.Messages;
using Worker.Kafka.Clients;

namespace Worker.Kafka.Tests.Clients;

/// <summary>The tables of docs/delivery.md match the enums.</summary>
public sealed class FailureTableTests
{
    private static readonly string[][] Rows =
        [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "delivery.md"))
            .Where(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];

    [Fact]
    public void Every_failure_of_Kafka_has_its_row_with_its_action()
    {
        var documented = Rows.Where(row =>
            row.Length == 4 && row[0] != "stage" && !row[0].StartsWith("---", StringComparison.Ordinal))
            .ToDictionary(row => row[1], row => row[2], StringComparer.Ordinal);
        var inCode = Enum.GetValues<KafkaFailure>().ToDictionary(
            failure => $"{failure}", failure => $"{KafkaFailureException.ActionOf(failure)}", StringComparer.Ordinal);
        Assert.Equal(inCode.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            documented.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_failure_of_a_message_stands_at_its_stage()
    {
        var documented = Rows.Where(row =>
            row.Length == 2 && row[0] is ("read" or "tokenise" or "classify" or "publish" or "label"))
            .SelectMany(row => row[1].Split(", ").Select(kind => (Stage: row[0], Kind: kind)));
        var inCode = Enum.GetValues<FailureKind>().Select(kind => (new Failure(kind, "").Stage, Kind: $"{kind}"));
        Assert.Equal(inCode.Order(), documented.Order());
    }
}
