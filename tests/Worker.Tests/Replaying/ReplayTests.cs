using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Worker.Core.Messages;
using Worker.Tests.Poison;

namespace Worker.Tests.Replaying;

/// <summary>'worker replay' on a real Kafka: what goes back, how often, and what is left.</summary>
public class ReplayTests(TinyModel model, KafkaBroker kafka)
{
    [Fact]
    public async Task Selected_dead_letters_go_back_as_they_were_and_no_later_run_sends_them_again()
    {
        var stage = await Letters(111);
        var target = await Target(stage);
        var bad = Enumerable.Range(0, 111).Where(i => MalformedMessage.Expected(i) is not null).ToArray();
        var json = bad.Where(i => MalformedMessage.Expected(i) == FailureKind.InvalidJson).ToArray();

        // A dry run sends nothing, and may be repeated.
        foreach (var _ in new[] { 1, 2 })
            Assert.Matches(
                $"{json.Length} would be sent", Run(stage, 0, "--dry-run", "--kind", "invalidjson", "--to", target));
        Assert.Matches($"{bad.Length:N0} dead letters read; {json.Length} sent",
            Run(stage, 0, "--kind", "InvalidJson", "--to", target));
        var again = Run(stage, 0, "--kind", "InvalidJson", "--kind", "NullValue", "--to", target);
        Assert.Matches($"InvalidJson .* {json.Length}  sent by an earlier replay", again);
        Assert.Matches("NullValue .* 3  sent\n", again);
        Assert.Matches("; 2 sent", Run(stage, 0, "--limit", "2", "--to", target));
        Run(stage, 0, "--to", target);
        Assert.Matches("; 0 sent", Run(stage, 0, "--to", target));

        var back = stage.ReadAll(target, bad.Length);
        Assert.Equal(bad, back.Select(Number).Order());
        foreach (var record in back)
        {
            var message = MalformedMessage.Of(Number(record));
            Assert.Equal(message.Key, record.Message.Key);
            Assert.Equal(message.Value, record.Message.Value);
            Assert.Equal([.. PoisonStage.Headers(message.Headers), $"{DeadLetterHeaders.Attempt}=32"],
                PoisonStage.Headers(record.Message.Headers));
        }
    }

    [Fact]
    public async Task Filters_choose_by_reason_place_and_time()
    {
        var stage = await Letters(111);
        var letters = stage.ReadAll(stage.Topics.DeadLetters, 1).ConvertAll(PoisonStage.Letter);
        int Selected(params string[] filter)
        {
            var said = Run(stage, 0, ["--dry-run", .. filter]);
            return int.Parse(said.Split("dead letters read; ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        }

        Assert.Equal(letters.Count, Selected());
        Assert.Equal(letters.Count(l => l.Reason.Contains("gzip", StringComparison.Ordinal)),
            Selected("--reason", "LOOKS LIKE GZIP"));
        Assert.Equal(3, Selected("--reason", "gzip"));
        Assert.Equal(letters.Count(l => l.Source is { Partition: 1, Offset: >= 2 and <= 9 }),
            Selected("--partition", "1", "--from-offset", "2", "--to-offset", "9"));
        Assert.Equal(0, Selected("--topic", "another"));
        Assert.Equal(letters.Count, Selected("--topic", stage.Topics.Messages));
        var middle = letters.Select(l => l.FailedAt).Order().ElementAt(letters.Count / 2);
        Assert.Equal(letters.Count(l => l.FailedAt >= middle), Selected("--since", middle.ToString("O")));
        Assert.Equal(letters.Count(l => l.FailedAt < middle), Selected("--until", middle.ToString("O")));
    }

    [Fact]
    public async Task A_message_that_fails_again_and_again_is_left_alone_after_three_attempts()
    {
        var stage = await PoisonStage.On(kafka.BootstrapServers, model);
        var message = new Message<byte[]?, byte[]?> { Key = [1], Value = [0xFF], Headers = [new Header("own", null)] };
        stage.Send(message);
        using var worker = stage.Start();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var letters = stage.ReadAll(stage.Topics.DeadLetters, attempt, worker);
            Assert.Equal(
                Enumerable.Range(1, attempt), letters.Select(PoisonStage.Letter).Select(l => l.Attempt).Order());
            Assert.Matches(attempt < 3 ? "; 1 sent" : "; 0 sent", Run(stage, 0));
        }
        Assert.Contains("were tried 3 times or more", Run(stage, 0), StringComparison.Ordinal);
        Assert.Matches("; 1 sent", Run(stage, 0, "--max-attempts", "4"));
        // However often it was replayed: its own headers, and one attempt.
        var last = stage.ReadAll(stage.Topics.Messages, 4).Single(r =>
            r.Message.Headers.Any(h => h.Key == DeadLetterHeaders.Attempt && h.GetValueBytes() is [(byte)'4']));
        Assert.Equal(["own=null", $"{DeadLetterHeaders.Attempt}=34"], PoisonStage.Headers(last.Message.Headers));
    }

    [Fact]
    public async Task Killed_in_the_middle_and_run_by_two_at_once_every_dead_letter_goes_back_exactly_once()
    {
        const int Count = 15_000;
        var stage = await PoisonStage.On(kafka.BootstrapServers, model);
        var target = await Target(stage);
        using (var producer = stage.Producer())
        {
            for (var i = 0; i < Count; i++)
                producer.Produce(stage.Topics.DeadLetters, Letter(stage, i));
            producer.Flush();
        }
        using (var first = WorkerProcess.Start(stage.ReplayArguments("--to", target)))
        {
            var some = 0;
            stage.Read([target], () => some >= 500, _ => some++);
            first.Kill();
            Assert.InRange(some, 500, Count - 1);
        }
        using var second = WorkerProcess.Start(stage.ReplayArguments("--to", target));
        using var third = WorkerProcess.Start(stage.ReplayArguments("--to", target));
        int[] codes = [second.WaitForExit(TimeSpan.FromSeconds(90)), third.WaitForExit(TimeSpan.FromSeconds(90))];
        // One may have been fenced by the other: it says so, and the messages that it had sent count.
        Assert.True(codes.Contains(0), second.Errors + third.Errors);
        Assert.All(
            [second, third], run => Assert.True(
                run.Errors.Contains("error:", StringComparison.Ordinal) == run.Errors.Contains(
                    "took over", StringComparison.Ordinal), run.Errors));
        Assert.Equal(Enumerable.Range(0, Count), stage.ReadAll(target, Count).Select(Number).Order());
    }

    [Fact]
    public async Task What_cannot_go_back_is_counted_and_said_and_costs_the_exit_code()
    {
        var stage = await PoisonStage.On(kafka.BootstrapServers, model);
        using (var producer = stage.Producer())
        {
            // Its value was left out, and the original is gone.
            producer.Produce(stage.Topics.DeadLetters, Letter(stage, 1, omitted: "value"));
            producer.Produce(stage.Topics.DeadLetters, Letter(stage, 2, topic: "a-topic-that-is-not-there"));
            producer.Produce(
                stage.Topics.DeadLetters, new Message<byte[]?, byte[]?> { Value = "no dead letter"u8.ToArray() });
            producer.Flush();
        }
        var said = Run(stage, 1);
        Assert.Contains("1 were too large to be kept whole, and the original is no longer in its topic", said,
            StringComparison.Ordinal);
        Assert.Contains("1 have no topic to go to", said, StringComparison.Ordinal);
        Assert.Contains("1 are not dead letters of a worker", said, StringComparison.Ordinal);
        Assert.All(said.Split('\n'), line => Assert.True(line.Length <= 100, line));
        Assert.Matches("error: topic 'nowhere' does not exist",
            WorkerProcess.Run("", "replay", "--bootstrap", stage.Bootstrap, "--dead-letters", "nowhere").Errors);
    }

    private static string Run(PoisonStage stage, int code, params string[] arguments)
    {
        var result = stage.Replay(arguments);
        Assert.True(result.Code == code, $"{result.Code}: {result.Output}{result.Errors}");
        return result.Output;
    }

    private static int Number(ConsumeResult<byte[]?, byte[]?> record) =>
        int.Parse(PoisonStage.Text(record.Message.Headers.First(h => h.Key == "n").GetValueBytes())!,
            CultureInfo.InvariantCulture);

    /// <summary>A stage whose worker dead-lettered the bad messages, and ended.</summary>
    private async Task<PoisonStage> Letters(int count)
    {
        var stage = await PoisonStage.On(kafka.BootstrapServers, model);
        stage.Send([.. Enumerable.Range(0, count).Select(MalformedMessage.Of)]);
        using var worker = stage.Start(MalformedMessage.Settings);
        stage.ReadAll(
            stage.Topics.DeadLetters, Enumerable.Range(0, count).Count(i =>
                MalformedMessage.Expected(i) is not null), worker);
        worker.Terminate();
        Assert.Equal(0, worker.WaitForExit(TimeSpan.FromSeconds(60)));
        return stage;
    }

    private static async Task<string> Target(PoisonStage stage)
    {
        var topic = stage.Topics.Messages + "-mended";
        using var admin = new Worker.Kafka.Topics.TopicAdmin(
            stage.Options(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System);
        await admin.CreateAsync([new(topic, PoisonStage.Partitions, 1)]);
        return topic;
    }

    /// <summary>A dead letter as a worker writes it.</summary>
    private static Message<byte[]?, byte[]?> Letter(
        PoisonStage stage, int number, string? topic = null, string? omitted = null)
    {
        var said = DeadLetterHeaders.For(new(topic ?? stage.Topics.Messages, 0, number), 77,
            new Failure(FailureKind.InvalidUtf8, "not UTF-8"), new("g", "1"), 1, DateTimeOffset.UnixEpoch, omitted, 1);
        var message = new Message<byte[]?, byte[]?>
        {
            Value = [0xFF, (byte)number],
            Headers = [new Header("n", Encoding.UTF8.GetBytes($"{number}"))],
        };
        foreach (var (name, value) in said)
            message.Headers.Add(new Header(name, value));
        return message;
    }
}
