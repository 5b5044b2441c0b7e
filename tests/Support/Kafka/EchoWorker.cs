using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Health;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;

namespace Worker.Testing;

/// <summary>
/// The smallest worker: it publishes what it reads as results, on two threads joined by a channel of one window.
/// </summary>
internal sealed class EchoWorker : IDisposable
{
    private static readonly TimeSpan IdlePeriod = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Longer than any step of a worker may take: a step that does not end by then never will, and the test says so.
    /// </summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromMinutes(3);
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource failed = new();
    private readonly Channel<SourceWindow> windows = Channel.CreateBounded<SourceWindow>(1);
    private readonly KafkaOptions options;
    private readonly ILoggerFactory loggers;
    private readonly Func<SourceWindow, Task>? compute;
    private readonly TimeProvider clock;
    private readonly Task reading;
    private readonly Task publishing;
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OutageLog outages;
    private volatile Heartbeat? publisherBeat;
    private int published;

    public EchoWorker(
        KafkaOptions options, Func<SourceWindow, Task>? compute = null, ILoggerFactory? loggers = null,
        int maxMessages = 100, TimeProvider? clock = null, long maxBytes = 8 << 20)
    {
        this.clock = clock ?? TimeProvider.System;
        (this.options, this.compute, this.loggers) = (options, compute, loggers ?? NullLoggerFactory.Instance);
        outages = new OutageLog(options, this.loggers, this.clock);
        Group = new GroupSession(options, this.loggers, this.clock, outages);
        Reader = new WindowReader(Group, new WindowLimits(maxMessages, maxBytes));
        publishing = OnThread(Publishing);
        reading = OnThread(Reading);
    }

    public GroupSession Group { get; }

    public WindowReader Reader { get; }

    /// <summary>Messages of the windows committed.</summary>
    public int Published => Volatile.Read(ref published);

    public int Rewinds { get; private set; }

    /// <summary>What a stage is stuck in, as the liveness probe asks.</summary>
    public string? StuckIn(TimeSpan margin) =>
        Reader.Heartbeat.StuckIn(margin, outages.LastOn) ?? publisherBeat?.StuckIn(margin, outages.LastOn);

    /// <summary>Ends with the failure when the worker stops by itself.</summary>
    public Task Ended => Task.WhenAll(reading, publishing);

    /// <summary>What ended the reading thread, if something did.</summary>
    public Exception? ReadingFailure => reading.Exception?.InnerException;

    public Task Started => started.Task;

    /// <summary>An orderly stop: windows in flight are published first.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Ended.WaitAsync(EndPatience);
        Group.Close();
    }

    public void Dispose()
    {
        stop.Cancel();
        // Only now, because nobody may be inside the client when it is disposed of.
        if (Task.WaitAny([Ended], EndPatience) < 0)
            throw new TimeoutException(
                $"the worker did not end within {EndPatience.TotalSeconds:F0} s: {Group.WindowsInFlight} windows in " +
                $"flight, {StuckIn(TimeSpan.Zero)}");
        Group.Dispose();
        outages.Dispose();
        stop.Dispose();
        failed.Dispose();
    }

    public static OutgoingRecord Echo(KafkaOptions options, SourceRecord record, int index = -1) =>
        new(options.Topics.Results, record.Key, record.Value, record.Headers, record.TimestampMs, index);

    private void Reading()
    {
        try
        {
            started.Task.Wait();
            while (Reader.Read(stop.Token) is { } window)
            {
                // Not given up at a stop, because a revoke waits for every window that was handed out.
                var taken = windows.Writer.WriteAsync(window, failed.Token).AsTask();
                Reader.GatherUntil(taken, stop.Token);
                taken.GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException) when (failed.IsCancellationRequested)
        {
            // Publishing has ended, and says why.
        }
        finally
        {
            windows.Writer.Complete();
        }
    }

    private void Publishing()
    {
        using var publisher = WindowPublisher.Create(Group);
        publisherBeat = publisher.Heartbeat;
        try
        {
            publisher.Start(stop.Token);
            started.SetResult();
        }
        catch (Exception error)
        {
            started.SetException(error);
            throw;
        }
        while (true)
        {
            var waiting = windows.Reader.WaitToReadAsync().AsTask();
            while (Task.WaitAny([waiting], IdlePeriod) < 0)
                Attend(publisher);
            if (!waiting.GetAwaiter().GetResult())
                return;
            while (windows.Reader.TryRead(out var window))
                Publish(publisher, window);
        }
    }

    private void Attend(WindowPublisher publisher)
    {
        try
        {
            publisher.Attend(stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped; the rest comes through Publish.
        }
    }

    private void Publish(WindowPublisher publisher, SourceWindow window)
    {
        try
        {
            compute?.Invoke(window).GetAwaiter().GetResult();
            var outcome = publisher.Publish(
                window, [.. window.Records.Select((record, index) => Echo(options, record, index))], default);
            if (outcome != PublishOutcome.Abandoned)
                Interlocked.Add(ref published, window.Records.Length);
        }
        catch (KafkaFailureException failure) when (failure.Action == FailureAction.Rewind)
        {
            Rewinds++;
            loggers.CreateLogger("Echo").LogWarning("Rewound: {Reason}", failure.Message);
        }
        catch
        {
            Group.AwaitNothing();
            failed.Cancel();
            stop.Cancel();
            throw;
        }
    }

    private static Task OnThread(Action loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
