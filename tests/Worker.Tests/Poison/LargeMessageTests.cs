using System.Text;
using Confluent.Kafka;
using Worker.Core.Messages;

namespace Worker.Tests.Poison;

/// <summary>Messages, results and dead letters larger than some topic takes, on a real Kafka.</summary>
public class LargeMessageTests(TinyModel model, KafkaBroker kafka)
{
    private const int Twelve = 12 << 20;

    [Fact]
    public async Task Huge_headers_values_and_keys_end_as_dead_letters_and_replay_fetches_what_these_leave_out()
    {
        var stage = await PoisonStage.On(kafka.BootstrapServers, model, inBytes: 16 << 20);
        Message<byte[]?, byte[]?>[] messages =
        [
            Message("headers", "{\"text\":\"a\"}"u8.ToArray(), [5], ten: true),
            Message("value", [.. new byte[10 << 20], 0xFF], [6]),
            Message("key", "{\"text\":\"b\"}"u8.ToArray(), new byte[5 << 20]),
            Message("good", "{\"text\":\"c\"}"u8.ToArray(), [8]),
            Message("long value", [.. "{\"text\":\""u8, .. Enumerable.Repeat((byte)'w', 9 << 20), .. "\"}"u8], null),
        ];
        stage.Send(messages);
        using (var worker = stage.Start("--Input:Format=Json", "--Window:MaxBytes=30000000"))
        {
            var results = stage.ReadAll(stage.Topics.Results, 2, worker);
            Assert.Equal(["good", "long value"], results.Select(Name).Order(StringComparer.Ordinal));
            var letters = stage.ReadAll(stage.Topics.DeadLetters, 3, worker).ToDictionary(Name, StringComparer.Ordinal);
            // If the headers were left out, so was the name in them.
            var (headers, value, key) = (letters[""], letters["value"], letters["key"]);
            Assert.Equal(
                ("ResultTooLarge", "headers"), (PoisonStage.Letter(headers).Kind, PoisonStage.Letter(headers).Omitted));
            Assert.Equal(messages[0].Value, headers.Message.Value);
            Assert.Equal(("InvalidUtf8", "value"), (PoisonStage.Letter(value).Kind, PoisonStage.Letter(value).Omitted));
            Assert.Equal([6], value.Message.Key);
            Assert.Equal(("ResultTooLarge", "key"), (PoisonStage.Letter(key).Kind, PoisonStage.Letter(key).Omitted));
            Assert.Equal(messages[2].Value, key.Message.Value);
            worker.Terminate();
            Assert.Equal(0, worker.WaitForExit(TimeSpan.FromSeconds(60)));
        }
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("large.json"), $$$"""{"Kafka":{"MessageMaxBytes":{{{Twelve}}}}}""");
        var (code, output, errors) = stage.Replay("--config", folder.File("large.json"));
        Assert.True(code == 0, output + errors);
        var back = stage.ReadAll(stage.Topics.Messages, 8).Where(r =>
            r.Message.Headers.Any(h => h.Key == DeadLetterHeaders.Attempt)).ToDictionary(Name, StringComparer.Ordinal);
        Assert.Equal(3, back.Count);
        foreach (var message in messages.Take(3))
        {
            var again = back[Name(message.Headers)].Message;
            Assert.True(
                message.Key.AsSpan().SequenceEqual(again.Key) && message.Value.AsSpan().SequenceEqual(again.Value));
            Assert.Equal([.. PoisonStage.Headers(message.Headers), $"{DeadLetterHeaders.Attempt}=32"],
                PoisonStage.Headers(again.Headers));
        }
    }

    [Fact]
    public async Task Topics_that_take_less_than_the_settings_say_cost_only_the_messages_that_do_not_fit()
    {
        var stage = await PoisonStage.On(kafka.BootstrapServers, model, deadBytes: 4_000, resultBytes: 6_000);
        var noise = new byte[20_000];
        new Random(7).NextBytes(noise);
        noise[0] = 0xFF;
        var messages = Enumerable.Range(0, 300).Select(i => (i % 50) switch
        {
            // Data that lz4 cannot compress.
            7 => Message($"large {i}", "hello"u8.ToArray(), noise),
            9 => Message($"bad {i}", noise, null),
            _ => Message($"good {i}", Encoding.UTF8.GetBytes($"message {i}"), null),
        }).ToArray();
        stage.Send(messages);
        using var worker = stage.Start("--Review:Audit=0");
        var results = stage.ReadAll(stage.Topics.Results, 288, worker);
        Assert.Equal(
            288, results.Select(Name).Where(n => n.StartsWith("good", StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(288, results.Count);
        var letters = stage.ReadAll(stage.Topics.DeadLetters, 12, worker).ConvertAll(PoisonStage.Letter);
        Assert.Equal(6, letters.Count(l => l.Kind == "ResultTooLarge"));
        Assert.Equal(6, letters.Count(l => l.Kind == "InvalidUtf8"));
        Assert.All(letters, l => Assert.Equal(l.Kind == "InvalidUtf8" ? "value" : "key", l.Omitted));
        Assert.Equal(12, letters.Select(l => l.Source).Distinct().Count());
    }

    [Fact]
    public async Task A_dead_letter_that_came_back_keeps_its_headers_and_the_last_of_each_name_is_ours()
    {
        var stage = await PoisonStage.On(kafka.BootstrapServers, model);
        var message = Message("twice", [0xFF], null);
        message.Headers.Add(new Header(DeadLetterHeaders.Topic, "elsewhere"u8.ToArray()));
        message.Headers.Add(new Header(DeadLetterHeaders.Offset, null));
        message.Headers.Add(new Header(DeadLetterHeaders.OriginalHeaders, "0"u8.ToArray()));
        stage.Send(message);
        using var worker = stage.Start();
        var letter = stage.ReadAll(stage.Topics.DeadLetters, 1, worker)[0];
        var said = PoisonStage.Letter(letter);
        Assert.Equal((stage.Topics.Messages, 1, 4), (said.Source.Topic, said.Attempt, said.OriginalHeaders));
        Assert.Equal(PoisonStage.Headers(message.Headers), PoisonStage.Headers(letter.Message.Headers, 4));
        Assert.Equal(Encoding.UTF8.GetBytes(stage.Topics.Messages),
            letter.Message.Headers.GetLastBytes(DeadLetterHeaders.Topic));
        Assert.Equal("read", said.Stage);
    }

    private static Message<byte[]?, byte[]?> Message(string name, byte[] value, byte[]? key, bool ten = false)
    {
        var message = new Message<byte[]?, byte[]?>
        {
            Key = key,
            Value = value,
            Headers = [new Header("name", Encoding.UTF8.GetBytes(name))],
        };
        for (var i = 0; ten && i < 10; i++)
            message.Headers.Add(new Header("big", new byte[1 << 20]));
        return message;
    }

    private static string Name(ConsumeResult<byte[]?, byte[]?> record) => Name(record.Message.Headers);

    private static string Name(Headers headers) =>
        PoisonStage.Text(headers.FirstOrDefault(h => h.Key == "name")?.GetValueBytes()) ?? "";
}
