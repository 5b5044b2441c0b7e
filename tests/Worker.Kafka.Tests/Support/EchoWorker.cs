using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;

namespace Worker.Kafka.Tests.Support;

/// <summary>The smallest worker: what it reads it publishes as results, on two threads joined by a channel of one window.</summary>
internal sealed class EchoWorker : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<SourceWindow> _windows = Channel.CreateBounded<SourceWindow>(1);
    private readonly KafkaOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly Func<SourceWindow, Task>? _compute;
    private readonly Task _reading;
    private readonly Task _publishing;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _published;

    public EchoWorker(KafkaOptions options, Func<SourceWindow, Task>? compute = null, ILoggerFactory? loggers = null, int maxMessages = 100)
    {
        (_options, _compute, _loggers) = (options, compute, loggers ?? NullLoggerFactory.Instance);
        Reader = new WindowReader(options, new WindowLimits(maxMessages, 8 << 20), _loggers, TimeProvider.System);
        _publishing = OnThread(Publishing);
        _reading = OnThread(Reading);
    }

    public WindowReader Reader { get; }

    /// <summary>Messages of the windows committed.</summary>
    public int Published => Volatile.Read(ref _published);

    public int Rewinds { get; private set; }

    /// <summary>Ends when the worker stopped by itself: with the failure that stopped it.</summary>
    public Task Ended => Task.WhenAll(_reading, _publishing);

    public Task Started => _started.Task;

    /// <summary>An orderly stop: windows in flight are published first.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Ended;
        Reader.Close();
    }

    public void Dispose()
    {
        _stop.Cancel();
        // Only then: nobody may be inside the client when it goes.
        Task.WaitAny(Ended);
        Reader.Dispose();
        _stop.Dispose();
    }

    public static OutgoingRecord Echo(KafkaOptions options, SourceRecord record) =>
        new(options.Topics.Results, record.Key, record.Value, record.Headers, record.TimestampMs);

    private void Reading()
    {
        try
        {
            _started.Task.Wait();
            while (Reader.Read(_stop.Token) is { } window)
                Reader.GatherUntil(_windows.Writer.WriteAsync(window, _stop.Token).AsTask(), _stop.Token);
        }
        finally
        {
            _windows.Writer.Complete();
        }
    }

    private void Publishing()
    {
        using var publisher = WindowPublisher.Create(_options, Reader, _loggers, TimeProvider.System);
        try
        {
            publisher.Start(_stop.Token);
            _started.SetResult();
        }
        catch (Exception failed)
        {
            _started.SetException(failed);
            throw;
        }
        while (_windows.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            while (_windows.Reader.TryRead(out var window))
                Publish(publisher, window);
    }

    private void Publish(WindowPublisher publisher, SourceWindow window)
    {
        _compute?.Invoke(window).GetAwaiter().GetResult();
        try
        {
            var outcome = publisher.Publish(window, [.. window.Records.Select(record => Echo(_options, record))], default);
            if (outcome != PublishOutcome.Abandoned)
                Interlocked.Add(ref _published, window.Records.Length);
        }
        catch (KafkaFailureException failure) when (failure.Action == FailureAction.Rewind)
        {
            Rewinds++;
        }
        catch
        {
            _stop.Cancel();
            throw;
        }
    }

    private static Task OnThread(Action loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
