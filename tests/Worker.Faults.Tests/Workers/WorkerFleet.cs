namespace Worker.Faults.Tests.Workers;

/// <summary>
/// The workers of a run, each with its own identity that survives restarts, and the slow one that comes and goes.
/// </summary>
internal sealed class WorkerFleet : IAsyncDisposable
{
    /// <summary>Settings of a production user, with short times so that faults are over soon.</summary>
    public const int SessionTimeoutMs = 4_000;

    private readonly FaultOptions options;
    private readonly string bootstrapServers;
    private readonly RunEncoders encoders;
    private readonly List<Ending> endings = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Task supervising;

    public WorkerFleet(FaultOptions options, string bootstrapServers, RunEncoders encoders, Func<long> now)
    {
        this.options = options;
        this.bootstrapServers = bootstrapServers;
        this.encoders = encoders;
        var logs = Directory.CreateDirectory(Path.Combine(options.Folder, "workers")).FullName;
        Slots = [.. Enumerable.Range(0, options.Workers).Select(i =>
            new WorkerSlot($"worker-{i}", logs, () => FastSettings(i), now, Note))];
        Slow = new WorkerSlot("slow", logs, SlowSettings, now, Note);
        supervising = Supervise();
    }

    public IReadOnlyList<WorkerSlot> Slots { get; }

    public WorkerSlot Slow { get; }

    public int Up => Slots.Count(slot => slot.IsUp) + (Slow.IsUp ? 1 : 0);

    /// <summary>Lives that ended by themselves, or not as requested.</summary>
    public IReadOnlyList<Ending> Endings
    {
        get
        {
            lock (endings)
                return [.. endings];
        }
    }

    public Task Start() => Task.WhenAll(Slots.Select(slot => slot.Start()));

    /// <summary>SIGTERM to all, and their ends.</summary>
    public async Task Stop()
    {
        await stop.CancelAsync();
        await supervising;
        await Task.WhenAll(Slots.Append(Slow).Select(slot => slot.Stop(hard: false)));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await supervising;
        foreach (var slot in Slots.Append(Slow))
            await slot.DisposeAsync();
        stop.Dispose();
    }

    private void Note(Ending ending)
    {
        lock (endings)
            endings.Add(ending);
    }

    private async Task Supervise()
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(1_000, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            if (stop.IsCancellationRequested)
                return;
            foreach (var slot in Slots.Append(Slow))
                await slot.Supervise();
        }
    }

    private string[] FastSettings(int worker) =>
        [.. Settings($"faults-{worker}", encoders.FastBundle), "--Window:MaxMessages=500"];

    private string[] SlowSettings() =>
        [.. Settings(
            "faults-slow",
            encoders.SlowBundle), "--Window:MaxMessages=400", "--Window:TargetMs=0", "--Kafka:PauseAfterMs=1000"];

    private List<string> Settings(string identity, string bundle)
    {
        List<string> settings =
        [
            $"--Kafka:BootstrapServers={bootstrapServers}", "--Kafka:GroupId=faults",
            $"--Kafka:TransactionalId={identity}", $"--Kafka:Delivery={options.Mode}",
            "--Kafka:TransactionTimeoutMs=8000", "--Kafka:TransactionGiveUpMs=20000", "--Kafka:DeliveryTimeoutMs=20000",
            "--Kafka:MaxPollIntervalMs=30000", "--Kafka:RevokeDrainMs=5000",
            $"--Encoder:Bundle={bundle}", "--Encoder:Device=cpu", "--Encoder:Threads=1", "--Input:Format=Json",
            "--Health:Port=0",
        ];
        if (options.Protocol == "classic")
            settings.Add($"--Kafka:SessionTimeoutMs={SessionTimeoutMs}");
        else
            settings.Add($"--Kafka:GroupProtocol={options.Protocol}");
        if (options.StaticMembers)
            settings.Add($"--Kafka:GroupInstanceId={identity}");
        return settings;
    }
}
