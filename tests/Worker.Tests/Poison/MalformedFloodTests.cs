using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;

namespace Worker.Tests.Poison;

/// <summary>
/// A flood of malformed messages of every kind, with good ones between, through the executable and a real Kafka. Its
/// length is WORKER_FLOOD_MESSAGES (default 20,000).
/// </summary>
public class MalformedFloodTests(TinyModel model, KafkaBroker kafka, ITestOutputHelper output)
{
    private static readonly int Messages = int.Parse(
        Environment.GetEnvironmentVariable("WORKER_FLOOD_MESSAGES") ?? "20000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Every_malformed_message_is_dead_lettered_once_with_its_kind_and_every_good_one_has_its_result()
    {
        Assert.True(MalformedMessage.BadSorts >= 20);
        var stage = await PoisonStage.On(kafka.BootstrapServers, model);
        Send(stage);
        var seen = new bool[Messages];
        var (came, wrong) = (0, new List<string>());
        using var worker = stage.Start([.. MalformedMessage.Settings, "--Review:Audit=0.001"]);
        var memory = new List<long>();
        var clock = Stopwatch.StartNew();
        TimeSpan? first = null;
        stage.Read([stage.Topics.Results, stage.Topics.DeadLetters], () => came >= Messages, record =>
        {
            first ??= clock.Elapsed;
            var number = int.Parse(PoisonStage.Text(record.Message.Headers.First(h => h.Key == "n").GetValueBytes())!,
                CultureInfo.InvariantCulture);
            Check(record, number, wrong, stage);
            Assert.False(seen[number], $"message {number} came twice");
            seen[number] = true;
            if (++came % Math.Max(1, Messages / 20) == 0)
                memory.Add(worker.ResidentBytes);
        }, worker, TimeSpan.FromMinutes(30));
        var took = clock.Elapsed - first!.Value;

        Assert.Empty(wrong);
        Assert.DoesNotContain(false, seen);
        Assert.Equal(Messages, came);
        Assert.False(worker.HasExited);
        var (early, late) = (memory[memory.Count / 2], memory[^1]);
        output.WriteLine($"flood: {Messages:N0} messages of {MalformedMessage.BadSorts} bad sorts and some good in " +
            $"{took.TotalSeconds:F1} s, {Messages / took.TotalSeconds:N0}/s as a reader sees them; " +
            $"resident {string.Join(' ', memory.Select(m => m >> 20))} MiB");
        // The heap settles in the first half; further growth with the messages would be a leak.
        Assert.True(late < early * 1.15 + (48 << 20), $"memory grew from {early >> 20} to {late >> 20} MiB");
        worker.Terminate();
        Assert.Equal(0, worker.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.DoesNotContain("crit:", worker.Output, StringComparison.Ordinal);
    }

    private static void Send(PoisonStage stage)
    {
        using var producer = stage.Producer();
        for (var i = 0; i < Messages; i++)
            while (true)
            {
                try
                {
                    producer.Produce(stage.Topics.Messages, MalformedMessage.Of(i));
                    break;
                }
                catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
                {
                    producer.Flush(TimeSpan.FromSeconds(1));
                }
            }
        producer.Flush();
    }

    private static void Check(ConsumeResult<byte[]?, byte[]?> record, int number, List<string> wrong, PoisonStage stage)
    {
        var dead = record.Topic == stage.Topics.DeadLetters;
        var letter = dead ? PoisonStage.Letter(record) : null;
        var message = MalformedMessage.Of(number);
        var same = Same(message.Key, record.Message.Key) && (!dead || Same(message.Value, record.Message.Value))
            && PoisonStage.Headers(message.Headers).SequenceEqual(
                PoisonStage.Headers(record.Message.Headers, letter?.OriginalHeaders), StringComparer.Ordinal);
        if ((!same || letter?.Kind != MalformedMessage.Expected(number)?.ToString() || letter is { Reason.Length: 0 })
            && wrong.Count < 20)
            wrong.Add(
                $"{MalformedMessage.Sort(number)} ({number}): {letter?.Kind ?? "result"} instead of " +
                $"{MalformedMessage.Expected(number)?.ToString() ?? "result"}, bytes {(same ? "same" : "changed")}");
    }

    private static bool Same(byte[]? expected, byte[]? actual) =>
        expected is null ? actual is null : actual is not null && expected.AsSpan().SequenceEqual(actual);
}
