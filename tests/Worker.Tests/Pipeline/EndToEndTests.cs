using System.Text;
using Confluent.Kafka;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Messages;

namespace Worker.Tests.Pipeline;

/// <summary>Messages in, results out, on the embedded broker; the sets of inputs and outputs are compared.</summary>
public class EndToEndTests(TinyModel model)
{
    [Fact]
    public async Task Every_message_has_one_result_in_source_order_with_key_and_headers()
    {
        await using var worker = await RunningWorker.Start(
            model, [model.Head("a", bias: 2), model.Head("b", bias: -2)]);
        var messages = Enumerable.Range(0, 3000).Select(i => new Message<byte[]?, byte[]?>
        {
            Key = Encoding.UTF8.GetBytes($"key-{i % 97}"),
            Value = Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Repeat($"word{i}", i % 40))),
            Headers = [new Header("traceparent", Encoding.UTF8.GetBytes($"00-{i:x32}-0000000000000001-01")),
                new Header("n", Encoding.UTF8.GetBytes($"{i}")), new Header("empty", null)],
        }).ToArray();
        worker.Send(messages);
        var results = worker.ReadUntil(read => read.Count(r => r.Topic == "results") >= messages.Length)
            .Where(r => r.Topic == "results").ToList();

        var sources = results.Select(r => RunningWorker.Json(r).GetProperty("source"))
            .Select(s => (Partition: s.GetProperty("partition").GetInt32(), Offset: s.GetProperty("offset").GetInt64()))
                .ToList();
        Assert.Equal(messages.Length, sources.Distinct().Count());
        var numbers = results.Select(r => int.Parse(Encoding.UTF8.GetString(r.Message.Headers.GetLastBytes("n"))))
            .ToList();
        Assert.Equal(Enumerable.Range(0, messages.Length), numbers.Order());
        foreach (var (result, number) in results.Zip(numbers))
        {
            Assert.Equal(messages[number].Key, result.Message.Key);
            Assert.Equal(messages[number].Headers.Select(h => (h.Key, h.GetValueBytes())),
                result.Message.Headers.Select(h => (h.Key, h.GetValueBytes())));
            var labels = RunningWorker.Json(result).GetProperty("labels");
            Assert.InRange(labels.GetProperty("a").GetProperty("p").GetDouble(), 0.8807, 0.8809);
            Assert.Equal("no", labels.GetProperty("b").GetProperty("decision").GetString());
        }
        // The same key goes to the same partition, and within a partition of results the sources rise.
        foreach (var partition in results.GroupBy(
            r => (Result: r.Partition.Value,
            Source: RunningWorker.Json(r).GetProperty("source").GetProperty("partition").GetInt32())))
        {
            var offsets = partition.Select(r =>
                RunningWorker.Json(r).GetProperty("source").GetProperty("offset").GetInt64()).ToList();
            Assert.Equal(offsets.Order(), offsets);
        }
    }

    [Fact]
    public async Task What_cannot_be_read_goes_to_dead_letters_byte_for_byte_and_the_rest_goes_on()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("a")]);
        byte[][] bad = [[0xC3, 0x28], "{\"body\":\"no text\"}"u8.ToArray(), "{\"text\":7}"u8.ToArray()];
        worker.Send(
            new Message<byte[]?, byte[]?> { Value = "good one"u8.ToArray() },
            new() { Key = [1, 2, 3], Value = bad[0], Headers = [new Header("h", [9])] },
            new() { Value = bad[1] },
            new() { Value = bad[2] },
            new() { Key = [7], Value = null },
            new() { Value = ""u8.ToArray() },
            new() { Value = "{\"text\":\"good two\"}"u8.ToArray() });
        var read = worker.ReadUntil(r =>
            r.Count(x => x.Topic == "results") >= 3 && r.Count(x => x.Topic == "dead-letters") >= 4);
        var dead = read.Where(r => r.Topic == "dead-letters").ToDictionary(r =>
            Header(r, DeadLetterHeaders.Kind) + Convert.ToHexString(r.Message.Value ?? []));
        Assert.Equal(3, read.Count(r => r.Topic == "results"));
        var invalid = dead["InvalidUtf8C328"];
        Assert.Equal([1, 2, 3], invalid.Message.Key);
        Assert.Equal([9], invalid.Message.Headers.GetLastBytes("h"));
        Assert.Equal("messages", Header(invalid, DeadLetterHeaders.Topic));
        Assert.Contains("send UTF-8", Header(invalid, DeadLetterHeaders.Reason), StringComparison.Ordinal);
        Assert.Contains("MissingText" + Convert.ToHexString(bad[1]), dead.Keys);
        Assert.Contains("TextNotString" + Convert.ToHexString(bad[2]), dead.Keys);
        Assert.Null(dead["NullValue"].Message.Value);
    }

    [Fact]
    public async Task Huge_and_empty_texts_are_scored_and_long_ones_say_that_they_were_cut()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("a")]);
        worker.Send(new string('x', 990_000), "", string.Join(' ', Enumerable.Repeat("word", 10_000)));
        var read = worker.ReadUntil(r => r.Count(x => x.Topic == "results") >= 3);
        Assert.DoesNotContain(read, r => r.Topic == "dead-letters");
        var tokens = read.Where(r => r.Topic == "results").Select(RunningWorker.Json)
            .Select(j => (j.GetProperty("tokens").GetInt32(), j.TryGetProperty("truncated", out _))).ToList();
        Assert.Contains((2, false), tokens);
        Assert.Contains((64, true), tokens);
    }

    [Fact]
    public async Task Texts_of_too_many_tokens_are_dead_lettered_by_option()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("a")], options =>
        {
            options.Input.MaxTokens = 10;
            options.Input.TooLong = TooLong.DeadLetter;
        });
        worker.Send("short enough", string.Join(' ', Enumerable.Repeat("word", 50)));
        var read = worker.ReadUntil(r =>
            r.Count(x => x.Topic == "results") >= 1 && r.Count(x => x.Topic == "dead-letters") >= 1);
        Assert.Equal("TooLong", Header(read.Single(r => r.Topic == "dead-letters"), DeadLetterHeaders.Kind));
    }

    [Fact]
    public async Task Heads_are_swapped_added_and_retired_while_messages_flow_and_none_is_missed_or_doubled()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("a", 1)]);
        var sent = 0;
        void SendSome()
        {
            worker.Send([.. Enumerable.Range(sent, 200).Select(i => $"message {i}")]);
            sent += 200;
        }

        var read = new List<ConsumeResult<byte[]?, byte[]?>>();
        void Flow(Func<ConsumeResult<byte[]?, byte[]?>, bool> seen)
        {
            while (true)
            {
                SendSome();
                var target = sent - read.Count(r => r.Topic == "results");
                read.AddRange(worker.ReadUntil(r => r.Count(x => x.Topic == "results") >= target));
                if (read.Any(r => r.Topic == "results" && seen(r)))
                    return;
            }
        }

        Flow(r => Version(r, "a") == 1);
        await worker.Publish(model.Head("a", 2), model.Head("b", 1));
        Flow(r => Version(r, "a") == 2 && Version(r, "b") == 1);
        await worker.Retire("a");
        Flow(r => Version(r, "a") is null && Version(r, "b") == 1);
        var sources = read.Where(r => r.Topic == "results").Select(r =>
            RunningWorker.Json(r).GetProperty("source").GetRawText()).ToList();
        Assert.Equal(sent, sources.Count);
        Assert.Equal(sent, sources.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Heads_may_come_from_a_file()
    {
        using var folder = Testing.Repository.Temporary();
        Learning.Saving.HeadFile.Write(folder.File("heads.jsonl"), [model.Head("from-file", 7)]);
        await using var worker = await RunningWorker.Start(model, [], options =>
        {
            options.Heads.Source = Worker.Hosting.HeadsSource.File;
            options.Heads.File = folder.File("heads.jsonl");
        });
        worker.Send("hello");
        Assert.Equal(
            7, Version(worker.ReadUntil(r => r.Count(x => x.Topic == "results") >= 1).First(r => r.Topic == "results"),
            "from-file"));
    }

    [Fact]
    public async Task What_people_are_asked_goes_to_review_with_its_text_reasons_echo_and_propensity()
    {
        await using var worker =
            await RunningWorker.Start(model, [model.Head("a", bias: 0.1f), model.Head("b", bias: 4)], options =>
        {
            options.Review.Audit = 1;
            options.Results.Echo = "/id,/customer/name";
        });
        worker.Send("""{"id": 41, "text": "what is \"this\"?"}""");
        var read = worker.ReadUntil(r => r.Count >= 2);
        var (result, question) = (read.Single(r => r.Topic == "results"), read.Single(r => r.Topic == "review"));
        Assert.Empty(Testing.Contract.Result.Problems(result.Message.Value));
        Assert.Empty(Testing.Contract.Review.Problems(question.Message.Value));
        var item = RunningWorker.Json(question);
        Assert.Equal("what is \"this\"?", item.GetProperty("text").GetString());
        var review = item.GetProperty("review");
        Assert.Equal(
            ["uncertain", "audit"], review.GetProperty("reasons").EnumerateArray()
                .Select(reason => reason.GetProperty("reason").GetString()));
        Assert.Equal(1, review.GetProperty("propensity").GetDouble());
        foreach (var record in new[] { item, RunningWorker.Json(result) })
        {
            Assert.Equal("yes", record.GetProperty("decision").GetString());
            Assert.Equal("""{"label":"b","p":0.982014}""", record.GetProperty("top").GetRawText());
            Assert.Equal(1, record.GetProperty("uncertain").GetInt32());
            Assert.Equal("""{"/id":41}""", record.GetProperty("echo").GetRawText());
        }
        Assert.Equal(
            item.GetProperty("source").GetRawText(), RunningWorker.Json(result).GetProperty("source").GetRawText());
    }

    [Fact]
    public async Task Without_certificates_every_label_is_decided_and_nobody_is_asked_about_what_is_sure_enough()
    {
        await using var worker = await RunningWorker.Start(
            model, [Uncertified("found", bias: 3), Uncertified("not", bias: -3)], options => options.Review.Audit = 0);
        worker.Send([.. Enumerable.Range(0, 200).Select(i => $"message {i} about {i * i} other things")]);
        var read = worker.ReadUntil(r => r.Count(x => x.Topic == "results") >= 200);
        read.AddRange(worker.ReadWhileAny());
        Assert.All(read, record =>
        {
            Assert.Equal("results", record.Topic);
            var result = RunningWorker.Json(record);
            Assert.Equal("yes", result.GetProperty("decision").GetString());
            Assert.Equal("""{"p":0.952574,"decision":"yes","confidence":"likely","version":1}""",
                result.GetProperty("labels").GetProperty("found").GetRawText());
            Assert.Equal("""{"p":0.047426,"decision":"no","confidence":"likely","version":1}""",
                result.GetProperty("labels").GetProperty("not").GetRawText());
            Assert.False(result.TryGetProperty("review", out _));
        });
    }

    [Fact]
    public async Task Tombstones_are_skipped_by_option_and_their_offsets_committed()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("a", bias: 3)], options =>
            (options.Input.NullValue, options.Review.Audit) = (NullValue.Skip, 0));
        worker.Send(
            [.. Enumerable.Range(0, 300).Select(i =>
                new Message<byte[]?, byte[]?> { Value = i % 3 == 0 ? "a text"u8.ToArray() : null })]);
        var read = worker.ReadUntil(r => r.Count >= 100);
        read.AddRange(worker.ReadWhileAny());
        Assert.Equal(100, read.Count(record => record.Topic == "results"));
        Assert.Equal(100, read.Count);
        worker.Send([.. Enumerable.Range(0, 20).Select(_ => new Message<byte[]?, byte[]?>())]);
        var deadline = Environment.TickCount64 + 30_000;
        while (worker.Classifier.Meter.Totals.Messages < 320 && Environment.TickCount64 < deadline)
            await Task.Delay(20);
        Assert.Equal((320, 0), (worker.Classifier.Meter.Totals.Messages, worker.Classifier.Meter.Totals.DeadLetters));
    }

    [Fact]
    public async Task Labels_of_an_exclusive_group_have_one_yes()
    {
        await using var worker = await RunningWorker.Start(
            model, [.. new[]
            {
                -3f, -1, -2,
            }.Select((bias, i) =>
                model.Head($"{i}", bias: bias) with { Group = "kind" })], options => options.Review.Audit = 0);
        worker.Send("one of three");
        var labels = RunningWorker.Json(
            worker.ReadUntil(r => r.Count(x => x.Topic == "results") >= 1)
                .Single(r => r.Topic == "results")).GetProperty("labels");
        Assert.Equal(
            ["no", "yes", "no"], labels.EnumerateObject().Select(label =>
                label.Value.GetProperty("decision").GetString()));
    }

    [Fact]
    public async Task In_the_strict_mode_an_uncertified_label_goes_to_review_within_the_budget_and_all_is_published()
    {
        await using var worker = await RunningWorker.Start(
            model,
            [.. new[]
            {
                Uncertified("found", bias: 3), Uncertified("not", bias: -3),
            }.Select(head => head with { Thresholds = new(0.3, 0.5, 1) })],
            options =>
            {
                options.Decisions.Mode = DecisionMode.Certified;
                (options.Review.Budget, options.Review.Burst, options.Review.Audit) = (1, 3, 0);
                options.Results.MinScore = 0.5;
            });
        worker.Send(
            [.. Enumerable.Range(0, 400).Select(i => $"message {i} about {i * i} and {i * 31 % 97} other things"),
                .. Enumerable.Repeat("the very same words over and over again", 100)]);
        var read = worker.ReadUntil(r => r.Count(x => x.Topic == "results") >= 500);
        read.AddRange(worker.ReadWhileAny());
        var results = read.Where(r => r.Topic == "results").Select(RunningWorker.Json).ToList();
        Assert.All(results, result =>
        {
            Assert.Equal("review", result.GetProperty("decision").GetString());
            // 'not' is below Results:MinScore.
            Assert.Equal("""{"p":0.952574,"decision":"review","confidence":"likely","version":1}""",
                result.GetProperty("labels").GetProperty("found").GetRawText());
            Assert.Equal(1, result.GetProperty("omitted").GetInt32());
            var reason = result.GetProperty("review").GetProperty("reasons")[0];
            Assert.Equal(("uncertified", "found"),
                (reason.GetProperty("reason").GetString(), reason.GetProperty("label").GetString()));
        });
        var states = results.CountBy(r => r.GetProperty("review").GetProperty("state").GetString()!)
            .ToDictionary(StringComparer.Ordinal);
        Assert.InRange(states["asked"], 1, 3);
        Assert.True(states["deferred"] > 300);
        var asked = results.Where(r => r.GetProperty("review").GetProperty("state").GetString() == "asked")
            .Select(r => r.GetProperty("source").GetRawText()).Order(StringComparer.Ordinal);
        Assert.Equal(
            asked, read.Where(r => r.Topic == "review").Select(r =>
                RunningWorker.Json(r).GetProperty("source").GetRawText()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_stop_drains_what_was_read_and_a_second_worker_would_find_the_rest()
    {
        await using var worker = await RunningWorker.Start(model, [model.Head("a")]);
        worker.Send([.. Enumerable.Range(0, 5000).Select(i => $"message {i}")]);
        worker.ReadUntil(r => r.Count(x => x.Topic == "results") >= 100);
        await worker.Stop();
        var totals = worker.Classifier.Meter.Totals;
        Assert.Equal(totals.Read, totals.Messages);
        Assert.True(worker.Classifier.Health.WaitingFor is not null);
    }

    /// <summary>A head whose yes is not certified; its no is, up to p = 0.01.</summary>
    private Head Uncertified(string label, float bias) => model.Head(label, bias: bias) with
    {
        Certificate = new(
            0.05, 0.05, DateTimeOffset.UnixEpoch, null, CertificateOrigin.Audit, Yes: null, No: new(500, 400, 5)),
        Thresholds = new(0.01, 0.5, 1),
    };

    private static int? Version(ConsumeResult<byte[]?, byte[]?> result, string label) =>
        RunningWorker.Json(result).GetProperty("labels").TryGetProperty(label, out var head)
            ? head.GetProperty("version").GetInt32()
            : null;

    private static string Header(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(name));
}
