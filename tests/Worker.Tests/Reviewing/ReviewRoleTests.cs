using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Core.Messages;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Learner;
using Worker.Review.Access;
using Worker.Review.Http;
using Worker.Reviewing;
using Worker.Store;

namespace Worker.Tests.Reviewing;

/// <summary>A worker asks, a person answers over the API, and the answer goes out as a label event.</summary>
public class ReviewRoleTests(TinyModel model)
{
    [Fact]
    public async Task A_question_of_the_stream_is_answered_and_its_answer_is_on_the_labels_topic()
    {
        // p = .5: every message is uncertain.
        await using var worker = await RunningWorker.Start(
            model, [model.Head("refund"), model.Head("angry", bias: -4)], AskEachDoubt);
        await using var review = await Running.Start(model, worker);
        worker.Send("where is my refund?", "the weather is lovely at the lake");
        var items = await review.Items(2);
        Assert.Equal(
            ["the weather is lovely at the lake", "where is my refund?"],
            items.Select(item => item.GetProperty("text").GetString()).Order(StringComparer.Ordinal));
        foreach (var item in items)
        {
            Assert.Equal("refund", item.GetProperty("labels")[0].GetProperty("label").GetString());
            await review.Post($"/api/v1/items/{item.GetProperty("id").GetInt64()}/answer",
                new { seat = "s", labels = new { refund = "yes" } });
        }
        var events = Labels(worker, 2);
        Assert.Equal(
            items.Select(item => item.GetProperty("text").GetString()).Order(StringComparer.Ordinal),
            events.Select(one => one.Text).Order(StringComparer.Ordinal));
        Assert.All(events, one => Assert.Equal(("anna", 0.5), (one.By, one.Answers[0].ShownP)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Texts_of_requests_get_what_messages_get(bool isShared)
    {
        await using var worker = await RunningWorker.Start(
            model, [model.Head("refund", bias: 1.5f), model.Head("angry", bias: -4)],
            wrap: encoder => isShared ? new SharedEncoder(encoder) : encoder);
        await using var review = await Running.Start(model, worker, isShared ? worker.Classifier.Encoder : null);
        await review.Until(async () => (await review.Get("/api/v1/heads")).GetArrayLength() == 2);
        worker.Send("where is my refund?");
        var result = RunningWorker.Json(worker.ReadUntil(all => all.Count > 0)[0]);
        // Requests that come together are told apart.
        var replies = await Task.WhenAll(Enumerable.Range(1, 20).Select(count => review.Post(
            "/api/v1/classify", new { texts = Enumerable.Repeat("where is my refund?", count) })));
        for (var i = 0; i < replies.Length; i++)
        {
            var scored = replies[i].GetProperty("results");
            Assert.Equal(i + 1, scored.GetArrayLength());
            foreach (var one in scored.EnumerateArray())
            {
                Assert.Equal(result.GetProperty("decision").GetString(), one.GetProperty("decision").GetString());
                Assert.Equal(result.GetProperty("tokens").GetInt32(), one.GetProperty("tokens").GetInt32());
                foreach (var label in one.GetProperty("labels").EnumerateArray())
                {
                    var named = result.GetProperty("labels").GetProperty(label.GetProperty("label").GetString()!);
                    Assert.Equal(named.GetProperty("p").GetDouble(), label.GetProperty("p").GetDouble(), 5);
                    Assert.Equal(
                        named.GetProperty("confidence").GetString(), label.GetProperty("confidence").GetString());
                }
            }
        }
        Assert.Equal(result.GetProperty("encoder").GetString(), replies[0].GetProperty("encoder").GetString());
    }

    [Fact]
    public async Task The_page_shows_the_stream_and_finds_similar_questions()
    {
        await using var worker = await RunningWorker.Start(
            model, [model.Head("refund")], AskEachDoubt);
        await using var review = await Running.Start(model, worker);
        worker.Send("where is my refund?", "where is my refund please?", "the weather is lovely at the lake today");
        var items = await review.Items(3);
        var refund = items.Single(item => item.GetProperty("text").GetString() == "where is my refund?");
        var path = $"/api/v1/items/{refund.GetProperty("id").GetInt64()}/similar";
        await review.Until(async () => await review.Get(path) is var found
            && found.GetProperty("ready").GetBoolean() && found.GetProperty("items").GetArrayLength() == 2);
        Assert.Equal("where is my refund please?",
            (await review.Get(path)).GetProperty("items")[0].GetProperty("text").GetString());
        await review.Until(async () => (await review.Get("/api/v1/live")).GetProperty("sample").GetArrayLength() == 3);
        var live = await review.Get("/api/v1/live");
        Assert.Equal(1, live.GetProperty("labels")[0].GetProperty("rate").GetDouble());
        Assert.Equal(1, live.GetProperty("asked_rate").GetDouble());
        Assert.Equal(0, live.GetProperty("deferred_rate").GetDouble());
        var over = live.GetProperty("label_history")[0];
        Assert.Equal("refund", over.GetProperty("label").GetString());
        Assert.Equal(live.GetProperty("history").GetArrayLength(), over.GetProperty("rates").GetArrayLength());
        Assert.Equal(1, over.GetProperty("rates").EnumerateArray().Last().GetDouble());
        Assert.True(live.GetProperty("history").EnumerateArray().Last().TryGetProperty("latency_p50_ms", out _));
    }

    /// <summary>No audit, which asks about all labels of a text, and hides what the heads say.</summary>
    private static void AskEachDoubt(RunOptions options) =>
        (options.Review.Budget, options.Review.Audit) = (36_000, 0);

    private static List<LabelEvent> Labels(RunningWorker worker, int count)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(new ConsumerConfig
        {
            BootstrapServers = worker.Options.Kafka.BootstrapServers,
            GroupId = "labels-reader",
        }).Build();
        consumer.Assign(Enumerable.Range(0, Kafka.Embedded.EmbeddedBroker.PartitionsPerTopic).Select(partition =>
            new TopicPartitionOffset(worker.Options.Kafka.Topics.Labels, partition, Offset.Beginning)));
        var events = new List<LabelEvent>();
        var deadline = Environment.TickCount64 + 60_000;
        while (events.Count < count && Environment.TickCount64 < deadline)
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { Message: not null } record)
                events.Add(LabelEventJson.Read(record.Message.Value, "?", default));
        // And no more than those.
        Assert.Null(consumer.Consume(TimeSpan.FromSeconds(1)));
        return events;
    }

    /// <summary>The review role beside a worker, and a person who answers.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly TemporaryFolder folder = Repository.Temporary();
        private readonly CancellationTokenSource stop = new();
        private readonly HttpClient client = new();
        private readonly Task running;

        private Running(TinyModel model, RunningWorker worker, LoadedEncoder? shared)
        {
            var (key, line) = ApiKey.Create("anna", ["answer"]);
            var web = new WebOptions { Port = 0, ApiKeys = [line], SecondOpinions = 0 };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            Life = new ReviewLife(
                new ReviewLifeOptions(
                    new LearnerOptions(
                        worker.Options.Kafka, new StoreOptions { Path = folder.File("store.db") },
                        new LearnSection { Feature = "mean" }, model.Section, new InputOptions(), "test"), web)
                {
                    Encoder = shared,
                },
                NullLoggerFactory.Instance, TimeProvider.System);
            running = Life.Run(stop.Token);
        }

        private ReviewLife Life { get; }

        /// <param name="shared">The encoder that it shares with the worker; null for one of its own.</param>
        public static async Task<Running> Start(TinyModel model, RunningWorker worker, LoadedEncoder? shared = null)
        {
            var review = new Running(model, worker, shared);
            await review.Until(() => Task.FromResult(review.Life.Address.Length > 0));
            review.client.BaseAddress = new Uri(review.Life.Address);
            return review;
        }

        public async Task<List<JsonElement>> Items(int count)
        {
            List<JsonElement> items = [];
            await Until(async () =>
            {
                items = [.. (await Post("/api/v1/lease", new { seat = "s" })).GetProperty("items").EnumerateArray()];
                return items.Count >= count;
            });
            return items;
        }

        public async Task<JsonElement> Post(string path, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            using var response = await client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
            return JsonDocument.Parse(text).RootElement;
        }

        public async Task<JsonElement> Get(string path) =>
            JsonDocument.Parse(await client.GetStringAsync(path)).RootElement;

        public async Task Until(Func<Task<bool>> reached)
        {
            var deadline = Environment.TickCount64 + 90_000;
            while (!await reached())
            {
                if (running.IsCompleted)
                    await running;
                Assert.True(Environment.TickCount64 < deadline, "not within 90 s");
                await Task.Delay(100);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running;
            Life.Dispose();
            stop.Dispose();
            client.Dispose();
            folder.Dispose();
        }
    }
}
