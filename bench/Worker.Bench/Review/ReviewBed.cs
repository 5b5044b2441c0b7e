using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Core.Health;
using Worker.Encoders;
using Worker.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Inspection;
using Worker.Learner;
using Worker.Review.Access;
using Worker.Review.Http;
using Worker.Review.Models;
using Worker.Review.Serving;
using Worker.Review.Similar;
using Worker.Reviewing;
using Worker.Store;

namespace Worker.Bench.Review;

/// <summary>The review page's server with all its parts, on a store of its own and without Kafka.</summary>
internal sealed class ReviewBed : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("worker-bench-");
    private readonly CancellationTokenSource ended = new();
    private readonly RequestScorer scorer;
    private readonly StreamProbe probe;
    private readonly ReviewServer server;
    private readonly Thread encoding;

    /// <param name="loaded">The caller's.</param>
    /// <param name="heads">In use.</param>
    /// <param name="postgres">Connection string of an empty database; null for SQLite.</param>
    public ReviewBed(LoadedEncoder loaded, IReadOnlyList<Head> heads, string? postgres = null)
    {
        var clock = TimeProvider.System;
        var log = NullLogger.Instance;
        var (key, line) = ApiKey.Create("bench", ["answer"]);
        var web = new WebOptions { Port = 0, SecondOpinions = 0, ApiKeys = [line], RequestsPerSecond = 1_000_000 };
        var kafka = new KafkaOptions { BootstrapServers = "127.0.0.1:1" };
        Store = LearningStore.Open(
            new StoreOptions { Path = Path.Combine(folder.FullName, "store.db"), Postgres = postgres ?? "" }, clock);
        var registry = new HeadRegistry(
            HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features).With(heads), log);
        scorer = new RequestScorer(
            loaded, registry, new AnomalyRegistry(loaded.Encoder.Hash, loaded.Encoder.Features, log),
            new Heartbeat("encode", clock), clock);
        probe = new StreamProbe(kafka, NullLoggerFactory.Instance, clock);
        server = new ReviewServer(
            new ReviewParts(
                web, Store, "labels", scorer,
                new KnownModels(Store, registry, new Champions("heads"), kafka, new LearnSection(), clock),
                new SimilarQuestions(Store, () => null), new LiveStream(probe, () => [], clock)),
            NullLoggerFactory.Instance, clock);
        Client = new HttpClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        encoding = new Thread(() => scorer.Run(() => false, ended.Token));
        encoding.Start();
    }

    public LearningStore Store { get; }

    public HttpClient Client { get; }

    public async Task Start(CancellationToken stop)
    {
        await server.Start(stop);
        Client.BaseAddress = new Uri(server.Address);
    }

    /// <summary>One request that must succeed.</summary>
    public async Task<JsonElement> Post(string path, object body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var response = await Client.SendAsync(request, stop);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(stop);
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        encoding.Join();
        await server.DisposeAsync();
        Client.Dispose();
        scorer.Dispose();
        probe.Dispose();
        Store.Dispose();
        ended.Dispose();
        folder.Delete(recursive: true);
    }
}
