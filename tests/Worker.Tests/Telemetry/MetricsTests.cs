using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Hosting;
using Worker.Telemetry;
using Worker.Tests.Hosting;

namespace Worker.Tests.Telemetry;

public partial class MetricsTests(TinyModel model)
{
    [Fact]
    public async Task What_is_scraped_of_a_worker_is_what_the_registry_and_the_documentation_name()
    {
        var port = HealthServerTests.FreePort();
        await using var worker =
            await RunningWorker.Start(model, [model.Head("found", version: 7, bias: 3),
            model.Head("unsure \"é\"\\")], options =>
        {
            options.Input.NullValue = Core.Messages.NullValue.Skip;
            options.Review.Audit = 1;
        });
        await using var server = new HealthServer(
            new HealthSection { Port = port }, [worker.Classifier.Health], NullLogger<HealthServer>.Instance);
        await server.StartAsync(CancellationToken.None);
        worker.Send([.. Enumerable.Range(0, 40).Select(i => $"message {i}")]);
        worker.Send(new Confluent.Kafka.Message<byte[]?, byte[]?> { Value = [0xFF] }, new() { Value = null });
        worker.ReadUntil(
            read => read.Count(record => record.Topic == "results") >= 40
            && read.Any(record => record.Topic == "dead-letters"));
        var samples = await Scrape(
            port, samples => Sum(samples, "worker_skipped_total") == 1 && Sum(samples, "worker_messages_total") == 40);

        Assert.Equal(
            40, Sum(samples, "worker_decisions_total", ("label", "found"), ("decision", "yes"),
                ("confidence", "likely")));
        Assert.Equal(
            40, Sum(samples, "worker_decisions_total", ("label", "unsure \"é\"\\"), ("confidence", "uncertain")));
        Assert.Equal(1, Sum(samples, "worker_dead_letters_total", ("kind", "InvalidUtf8")));
        Assert.Equal(40, Sum(samples, "worker_audits_total"));
        Assert.Equal(40, Sum(samples, "worker_reviews_total", ("state", "asked")));
        Assert.Equal(7, Sum(samples, "worker_head_version", ("label", "found")));
        Assert.Equal(1, Sum(samples, "worker_ready"));
        Assert.Equal(0, Sum(samples, "worker_lag"));
        Assert.InRange(
            samples.Where(sample => sample.Name == "worker_time_lag_seconds").Max(sample => sample.Value), 0, 60);
        Assert.Equal(
            ["classify", "publish", "tokenise"], samples.Where(
                sample =>
                    sample.Name == "worker_stage_duration_seconds_count").Select(sample =>
                        sample.Tags["stage"]).Order(StringComparer.Ordinal));

        // Only metrics of the registry, and the registry's names match the documentation.
        var families = MetricNames.All.Select(metric => "worker_" + metric.Name[7..].Replace('.', '_')).ToList();
        Assert.All(samples.Where(sample => sample.Name.StartsWith("worker_", StringComparison.Ordinal)),
            sample => Assert.Contains(families, sample.Name.StartsWith));
        var documented = File.ReadLines(Path.Combine(Testing.Repository.Root, "docs", "metrics.md"))
            .Where(line => line.StartsWith("| worker.", StringComparison.Ordinal));
        Assert.Equal(
            MetricNames.All.Select(metric =>
                $"| {metric.Name} | {metric.Unit} | " +
                $"{string.Join(", ", metric.Tags)}{(metric.Tags.Length > 0 ? " " : "")}| {metric.Description} |"),
            documented);
        await server.StopAsync(CancellationToken.None);
    }

    private static async Task<List<Sample>> Scrape(int port, Func<List<Sample>, bool> enough)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var deadline = Environment.TickCount64 + 20_000;
        while (true)
        {
            var samples = Parse(await client.GetStringAsync("/metrics"));
            if (enough(samples))
                return samples;
            Assert.True(Environment.TickCount64 < deadline, string.Join('\n', samples));
            await Task.Delay(100);
        }
    }

    private static double Sum(List<Sample> samples, string name, params (string Name, string Value)[] tags) =>
        samples.Where(
            sample =>
                sample.Name == name
                && tags.All(tag => sample.Tags.GetValueOrDefault(tag.Name) == tag.Value)).Sum(sample => sample.Value);

    /// <summary>
    /// Prometheus' text format, strictly: every line is a comment of the known kinds or a sample of a family that has a
    /// type.
    /// </summary>
    private static List<Sample> Parse(string text)
    {
        var samples = new List<Sample>();
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Comment().Match(line) is { Success: true } comment)
            {
                if (comment.Groups["kind"].Value == "TYPE")
                    Assert.True(types.TryAdd(comment.Groups["name"].Value, comment.Groups["rest"].Value), line);
                continue;
            }
            if (line == "# EOF")
                continue;
            var match = SampleLine().Match(line);
            Assert.True(match.Success, line);
            Assert.Contains(types.Keys, type => match.Groups["name"].Value.StartsWith(type, StringComparison.Ordinal));
            samples.Add(new Sample(
                match.Groups["name"].Value,
                Tag().Matches(match.Groups["tags"].Value).ToDictionary(tag => tag.Groups["name"].Value,
                    tag => Regex.Unescape(tag.Groups["value"].Value), StringComparer.Ordinal),
                double.Parse(match.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal),
                    CultureInfo.InvariantCulture)));
        }
        return samples;
    }

    [GeneratedRegex("^# (?<kind>HELP|TYPE|UNIT) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>.*)$",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<tags>.*)\})? (?<value>[-+0-9.eEInfNa]+)( [0-9.]+)?$""",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SampleLine();

    [GeneratedRegex(
        """(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\.)*)"(,|$)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tag();

    private sealed record Sample(string Name, IReadOnlyDictionary<string, string> Tags, double Value);
}
