using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Answers;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Review.Access;
using Worker.Tests.Learner;

namespace Worker.Tests.Reviewing;

/// <summary>
/// Two review services on one Postgres and a real Kafka, and two people, each with a page of their own. Services,
/// Postgres and the broker are killed meanwhile. Every question has one answer on the labels topic, once, and no
/// question was answered by both.
/// </summary>
public sealed partial class KilledReviewTests(TinyModel model, PostgresServer postgres) : IDisposable
{
    private const int Questions = 240;

    // Its own, because it is killed.
    private readonly KafkaBroker kafka = new();

    public void Dispose() => kafka.Dispose();

    [Fact]
    public async Task No_answer_is_lost_and_none_is_there_twice()
    {
        var options = new KafkaOptions
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = "killed-review",
            Topics = new KafkaTopics { Review = "asked-review", Labels = "asked-labels", Heads = "asked-heads" },
        };
        var database = postgres.NewDatabase();
        using (var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System))
            await admin.CreateAsync([new(options.Topics.Review, 3, 1), new(options.Topics.Labels, 1, 1),
                new(options.Topics.Heads, 1, 1, Compacted: true)]);
        var keys = new[] { ApiKey.Create("anna", ["answer"]), ApiKey.Create("ben", ["answer"]) };
        var services = new[] { Service(options, database, keys), Service(options, database, keys) };
        using var stop = new CancellationTokenSource();
        try
        {
            Answers.Send(options.BootstrapServers, options.Topics.Review,
                Enumerable.Range(0, Questions / 2).Select(Item));
            var people = keys.Select((key, i) => new Person(key.Key, () => Address(services[i]))).ToArray();
            var answering = people.Select(person => person.AnswerUntil(stop.Token)).ToArray();
            // 1. Somebody is killed while they answer.
            await Until(() => Done(people) >= 20, services);
            Restart(0);
            await Until(() => Done(people) >= 60, services);
            postgres.Kill();
            postgres.Start();
            Answers.Send(options.BootstrapServers, options.Topics.Review,
                Enumerable.Range(Questions / 2, Questions / 2).Select(Item));
            await Until(() => Done(people) >= 120, services);
            kafka.Kill();
            Restart(1);
            kafka.Start();
            // 2. Everything is answered, once.
            await Until(() => Done(people) >= Questions, services);
            await stop.CancelAsync();
            await Task.WhenAll(answering);
            Assert.Empty(people[0].Texts.Intersect(people[1].Texts, StringComparer.Ordinal));
            Assert.Equal(Questions, people.Sum(person => person.Texts.Count));
            // 3. And so it is on the topic.
            List<LabelEvent> events = [];
            await Until(() => (events = Events(options)).Count >= Questions, services);
            Assert.Equal(
                Enumerable.Range(0, Questions).Select(Answers.Text).Order(StringComparer.Ordinal),
                events.Select(one => one.Text!).Order(StringComparer.Ordinal));
            Assert.Equal(
                people.SelectMany(person => person.Keys).Order(StringComparer.Ordinal),
                events.Select(one => one.Id).Order(StringComparer.Ordinal));
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var service in services)
                service.Dispose();
        }

        void Restart(int service)
        {
            services[service].Kill();
            services[service].Dispose();
            services[service] = Service(options, database, keys);
        }
    }

    private static int Done(Person[] people) => people.Sum(person => person.Texts.Count);

    private WorkerProcess Service(
        KafkaOptions options, string database, IReadOnlyList<(string Key, string Line)> keys) => WorkerProcess.Start(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Store__Postgres"] = database,
            ["Web__ApiKeys__0"] = keys[0].Line,
            ["Web__ApiKeys__1"] = keys[1].Line,
        },
        "run", "--roles", "review", $"--Kafka:BootstrapServers={options.BootstrapServers}",
        $"--Kafka:GroupId={options.GroupId}", "--Kafka:SessionTimeoutMs=3000",
        $"--Kafka:Topics:Review={options.Topics.Review}", $"--Kafka:Topics:Labels={options.Topics.Labels}",
        $"--Kafka:Topics:Heads={options.Topics.Heads}", $"--Encoder:Bundle={model.Bundle}", "--Encoder:Device=cpu",
        "--Learn:Feature=mean", "--Learn:LeaseSeconds=5", "--Web:Port=0", "--Web:LeaseSeconds=10",
        "--Web:SecondOpinions=0", "--Web:RequestsPerSecond=10000", "--Health:Port=0");

    private static string? Address(WorkerProcess service) =>
        AddressPattern().Match(service.Output) is { Success: true } found ? found.Groups["where"].Value : null;

    private static byte[] Item(int number) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        text = Answers.Text(number),
        source = new { topic = "messages", partition = 0, offset = number, timestamp = 1763700000000 },
        review = new
        {
            state = "asked",
            risk = 0.5,
            reasons = new[] { new { reason = "uncertain", label = "refund", strength = 0.5 } },
        },
        labels = new { refund = new { p = 0.5, decision = "no", confidence = "uncertain", version = 1 } },
    });

    private static List<LabelEvent> Events(KafkaOptions options)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = "asked-reader",
            EnablePartitionEof = true,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(options.Topics.Labels, 0, Offset.Beginning));
        var events = new List<LabelEvent>();
        while (consumer.Consume(TimeSpan.FromSeconds(10)) is { IsPartitionEOF: false } record)
            events.Add(LabelEventJson.Read(record.Message.Value, "?", default));
        consumer.Close();
        return events;
    }

    private static async Task Until(Func<bool> reached, WorkerProcess[] services)
    {
        var deadline = Environment.TickCount64 + 180_000;
        while (!reached())
        {
            Assert.True(Environment.TickCount64 < deadline,
                "not within 180 s; they said:\n" + string.Join('\n', services.Select(one => one.Output + one.Errors)));
            await Task.Delay(100);
        }
    }

    [GeneratedRegex(@"Review page and API at (?<where>http://\S+?),", RegexOptions.None, 1000)]
    private static partial Regex AddressPattern();

    /// <summary>Answers as the page does: a request is sent again under its key until somebody confirms it.</summary>
    private sealed class Person(string key, Func<string?> address)
    {
        private readonly Lock gate = new();
        private readonly List<string> texts = [];

        public List<string> Keys { get; } = [];

        public IReadOnlyList<string> Texts
        {
            get
            {
                lock (gate)
                    return [.. texts];
            }
        }

        public async Task AnswerUntil(CancellationToken stop)
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            while (!stop.IsCancellationRequested)
            {
                if (await Send(client, "/api/v1/lease", new { seat = "s", count = 5 }, null) is not (200, var lease))
                {
                    await Task.Delay(100, CancellationToken.None);
                    continue;
                }
                foreach (var item in lease.GetProperty("items").EnumerateArray())
                    await Answer(client, item, stop);
                if (lease.GetProperty("items").GetArrayLength() == 0)
                    await Task.Delay(100, CancellationToken.None);
            }
        }

        private async Task Answer(HttpClient client, JsonElement item, CancellationToken stop)
        {
            var (request, path) = (
                Guid.NewGuid().ToString(), $"/api/v1/items/{item.GetProperty("id").GetInt64()}/answer");
            while (!stop.IsCancellationRequested)
            {
                var (status, _) = await Send(
                    client, path, new { seat = "s", labels = new { refund = "yes" } }, request);
                if (status == 200)
                    lock (gate)
                    {
                        texts.Add(item.GetProperty("text").GetString()!);
                        Keys.Add(request);
                    }
                // A conflict: the other one was faster.
                if (status is 200 or 409)
                    return;
                await Task.Delay(50, CancellationToken.None);
            }
        }

        private async Task<(int Status, JsonElement Body)> Send(
            HttpClient client, string path, object body, string? request)
        {
            if (address() is not { } where)
                return (0, default);
            try
            {
                using var message = new HttpRequestMessage(HttpMethod.Post, where + path)
                {
                    Content = JsonContent.Create(body),
                };
                if (request is not null)
                    message.Headers.Add("Idempotency-Key", request);
                using var response = await client.SendAsync(message);
                var text = await response.Content.ReadAsStringAsync();
                Assert.True(
                    response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict
                        or HttpStatusCode.ServiceUnavailable, $"{response.StatusCode}: {text}");
                return ((int)response.StatusCode, JsonDocument.Parse(text).RootElement);
            }
            catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
            {
                return (0, default);
            }
        }
    }
}
