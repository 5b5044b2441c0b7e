using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Worker.Core.Answers;
using Worker.Core.Messages;
using Worker.Core.Questions;
using Worker.Review.Access;
using Worker.Review.Http;
using Worker.Review.Models;
using Worker.Review.Serving;
using Worker.Store;

namespace Worker.Review.Tests;

/// <summary>The page and the API on a free port, with a store of its own and keys of every scope.</summary>
internal sealed class RunningReview : IAsyncDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly Dictionary<string, string> keys = [];
    private readonly List<HttpClient> clients = [];

    private RunningReview(Action<WebOptions>? change, string postgres)
    {
        Options = new WebOptions { Port = 0, SecondOpinions = 0, BulkAudit = 0, Person = "local" };
        (string, string)[] people = [("reader", "read"), ("anna", "answer"), ("ben", "answer"), ("root", "admin")];
        foreach (var (name, scope) in people)
        {
            var (key, line) = ApiKey.Create(name, [scope]);
            keys[name] = key;
            Options.ApiKeys = [.. Options.ApiKeys, line];
        }
        change?.Invoke(Options);
        Store = LearningStore.Open(
            new StoreOptions { Path = folder.File("store.db"), Postgres = postgres }, TimeProvider.System);
        Server = new ReviewServer(
            new ReviewParts(Options, Store, "labels", Scorer, Models, new StandInSimilar(Store), new StandInLive()),
            new LogLines(Log), TimeProvider.System);
    }

    public WebOptions Options { get; }

    public LearningStore Store { get; }

    public ReviewServer Server { get; }

    public StandInScorer Scorer { get; } = new();

    public StandInModels Models { get; } = new();

    /// <summary>What it logged.</summary>
    public List<string> Log { get; } = [];

    public static async Task<RunningReview> Start(Action<WebOptions>? change = null, string postgres = "")
    {
        var running = new RunningReview(change, postgres);
        await running.Server.Start(default);
        return running;
    }

    /// <summary>The key of that name.</summary>
    public string Key(string name) => keys[name];

    /// <summary>The last link in the log that opens the page.</summary>
    public string Link()
    {
        lock (Log)
            return Log.Last(line => line.StartsWith("Review page", StringComparison.Ordinal)).Split(' ')[^1];
    }

    /// <summary>Whoever has the key of that name; nobody for null.</summary>
    public HttpClient As(string? name)
    {
        var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(Server.Address),
        };
        if (name is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", keys[name]);
        clients.Add(client);
        return client;
    }

    /// <summary>Fills the queue with questions about refunds and angry people, the most urgent first.</summary>
    /// <param name="about">Labels that are asked about; default refund alone.</param>
    public void Ask(
        int count, double? propensity = null, Func<int, string>? text = null, IReadOnlyList<string>? about = null)
    {
        string[] things = ["parcel", "invoice", "refund", "password", "order", "voucher"];
        string[] moods = ["please", "urgently", "again", "at last", "kindly"];
        Store.Intake.Record(
        [
            .. Enumerable.Range(0, count).Select(i => new ReviewItem
            {
                Source = new SourcePosition(
                    "messages", propensity is not null ? 1 : about is null ? 0 : 2, i),
                At = DateTimeOffset.FromUnixTimeMilliseconds(1763700000000 + i),
                Text = text?.Invoke(i) ?? $"{moods[i % 5]} tell me where the {things[i % 6]} number {i} is",
                Risk = 0.9 - i * 0.0001,
                Propensity = propensity,
                AnomalyP = 0.4,
                Reasons = propensity is null
                    ? [.. (about ?? ["refund"]).Select(label => new ItemReason("uncertain", label, 0.82))]
                    : [new ItemReason("audit", null, 1)],
                Labels =
                [
                    new ItemLabel("refund", 0.41, "no", "uncertain", 3), new ItemLabel("angry", 0.2, "no", "likely", 1),
                    new ItemLabel("spam", 0.01, "no", "certified", 7),
                ],
            }),
        ], []);
    }

    /// <summary>Label events that are to go out, in their order.</summary>
    public IReadOnlyList<LabelEvent> Sent() =>
        [.. Store.Outbox.Next(100_000).Select(one => LabelEventJson.Read(one.Record.Value!, "?", default))];

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients)
            client.Dispose();
        await Server.DisposeAsync();
        Store.Dispose();
        folder.Dispose();
    }

    private sealed class LogLines(List<string> lines) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                lock (lines)
                    lines.Add($"{formatter(state, exception)}{(exception is null ? "" : $" | {exception}")}");
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>Says of every text that it is a refund, in place of an encoder.</summary>
internal sealed class StandInScorer : ITextScorer
{
    public Task<ClassifyView> Score(IReadOnlyList<string> texts, CancellationToken stop) => Task.FromResult(
        new ClassifyView("182ab7f2", [.. texts.Select(_ => new ScoredTextView(
            9, 1, false, "yes", "refund", 0, 0.4, [new ScoredLabelView("refund", 0.9, "yes", "likely", 3)]))]));
}

/// <summary>One label with four heads.</summary>
internal sealed class StandInModels : IModels
{
    public List<string> Done { get; } = [];

    public IReadOnlyList<HeadView> InUse() =>
    [
        new HeadView("refund", 3, "182ab7f2", "taps", null, 0.31, 0.5, 0.9, null, 120, 400, null, 4, null),
        new HeadView("angry", 1, "182ab7f2", "taps", null, 0, 0.5, 1, null, 20, 300, null, null, null),
    ];

    public IReadOnlyList<HeadVersionView> History(string label) => label == "refund"
        ?
        [
            new HeadVersionView(4, Day(20), "kept", "kept as a challenger: too few answers", null,
                [new BarView("answers", 12, 20, false, "12 answers of either kind, 20 are needed")], null, 130, 420,
                0.71, 0.21, false),
            new HeadVersionView(3, Day(12), "promoted", "promoted: lower log-loss", "would decide " +
                "71.0% by itself", [], null, 120, 400, 0.7, 0.22, true),
            new HeadVersionView(2, Day(5), "promoted", "promoted: lower log-loss", null, [], null, 71, 240, 0.61, 0.29,
                false),
            new HeadVersionView(1, Day(2), "promoted", "promoted by hand: the first head", null, [], "root", 22, 80,
                0.44, 0.41, false),
        ]
        : throw new RefusedRequestException(404, "unknown", $"the store knows no label '{label}'");

    public HeadCurvesView Curves(string label, int version) => label == "refund"
        ? new HeadCurvesView(
            version, 400,
            [.. Enumerable.Range(0, 21).Select(i => new CurvePointView(1 - i / 20.0, 1 - i * i / 500.0, i / 20.0))],
            [.. Enumerable.Range(0, 10).Select(i => new ReliabilityView(i / 10.0 + 0.05, i / 10.0 + 0.03, 40))],
            new ConfusionView(90, 20, 30, 260))
        : throw new RefusedRequestException(404, "unknown", $"the store knows no label '{label}'");

    public IReadOnlyList<LearningView> Learning() =>
        [new LearningView("refund", 120, 400, 0, 12, 1, 7, DateTimeOffset.UnixEpoch, "after 13 more answers", 4, "kept",
            "kept as a challenger")];

    public IReadOnlyList<KnownLabelView> Labels() =>
    [
        new KnownLabelView("angry", null, null, 1, 20, 300),
        new KnownLabelView("praise", null, "says thanks", null, 0, 0),
        new KnownLabelView("refund", null, "wants money back", 3, 120, 400),
        new KnownLabelView("spam", null, null, 7, 50, 900),
    ];

    public Task<string> Promote(string label, int? version, string by, string why, CancellationToken stop) =>
        Note($"promote {label} {version} {by} {why}");

    public Task<string> RollBack(string label, int? version, CancellationToken stop) =>
        Note($"roll back {label} {version}");

    public void Train(string label) => History(label);

    private static DateTimeOffset Day(int day) => new(2026, 11, day, 9, 30, 0, TimeSpan.Zero);

    private Task<string> Note(string done)
    {
        Done.Add(done);
        return Task.FromResult(done);
    }
}

/// <summary>All other questions are alike, in place of an encoder.</summary>
internal sealed class StandInSimilar(LearningStore store) : ISimilarQuestions
{
    public SimilarView Like(long question, int maximum) => new(
        [
            .. Enumerable.Range(1, 30).Where(id => id != question)
                .Select(id => store.Questions("labels").Find(id)).OfType<Store.Questions.Question>()
                .Where(other => other.Wanted > 0).Take(maximum)
                .Select((other, i) => new SimilarItemView(other.Id, other.Text, 0.97 - i * 0.02)),
        ], true);
}

/// <summary>A stream of 900 to 1,000 messages a second.</summary>
internal sealed class StandInLive : ILiveStream
{
    public LiveView Now() => new(
        [
            .. Enumerable.Range(0, 60).Select(i => new LivePointView(
                DateTimeOffset.FromUnixTimeSeconds(1763700000 + 5 * i), 950 + 50 * Math.Sin(i / 5.0), 400 + i, 0.4,
                21 + i % 7, 80 + i % 11, 0.02, 0.01, 0.004)),
        ],
        [new LabelRateView("refund", 0.12), new LabelRateView("angry", 0.03), new LabelRateView("spam", 0.01)], 0.02,
        0.01, 0.004,
        [
            new LabelHistoryView("refund", [.. Enumerable.Range(0, 60).Select(i => 0.12 + 0.02 * Math.Sin(i / 9.0))]),
            new LabelHistoryView("angry", [.. Enumerable.Range(0, 60).Select(i => 0.03 + 0.01 * Math.Cos(i / 7.0))]),
        ],
        [
            .. Enumerable.Range(0, 10).Select(i => new LiveResultView(
                DateTimeOffset.FromUnixTimeSeconds(1763700300 - i), new MessagePlaceView("messages", i % 3, 1000 + i),
                i % 4 == 0 ? "yes" : "no", "refund", i % 4 == 0 ? 0.93 : 0.11, "likely", 0.5, i == 3)),
        ],
        [new DriftView("refund", 3, 4, 210, 0.006, 0.05, false)]);
}

/// <summary>Requests as programs make them.</summary>
internal static class Requests
{
    public static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Posts a body; returns the status and the answer.</summary>
    public static async Task<(int Status, JsonElement Body)> Send(
        this HttpClient client, string path, object body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = body is string raw
                ? new StringContent(raw, System.Text.Encoding.UTF8, "application/json")
                : JsonContent.Create(body, options: Snake),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await client.SendAsync(request);
        return await Read(response);
    }

    /// <summary>Gets something.</summary>
    public static async Task<(int Status, JsonElement Body)> Fetch(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return await Read(response);
    }

    private static async Task<(int Status, JsonElement Body)> Read(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0
            ? default
            : text[0] is '{' or '[' ? JsonDocument.Parse(text).RootElement : JsonSerializer.SerializeToElement(text));
    }
}
