using Microsoft.Extensions.Logging;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;

namespace Worker.Faults.Tests.Commits;

/// <summary>Reads and publishes on one thread, without an encoder: every message becomes a result with its key and value.</summary>
internal sealed class EchoLoop : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;

    public EchoLoop(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock) =>
        loop = Task.Factory.StartNew(() => Run(options, loggers, clock), TaskCreationOptions.LongRunning);

    /// <summary>Why it ended by itself; null while it runs.</summary>
    public Exception? Failure => loop.Exception?.InnerException;

    public void Dispose()
    {
        stop.Cancel();
        Task.WaitAny([loop], TimeSpan.FromSeconds(30));
        stop.Dispose();
    }

    private void Run(KafkaOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        using var reader = new WindowReader(options, new WindowLimits(100, 8 << 20), loggers, clock);
        using var publisher = WindowPublisher.Create(options, reader, loggers, clock);
        publisher.Start(stop.Token);
        while (reader.Read(stop.Token) is { } window)
        {
            try
            {
                publisher.Publish(window, [.. window.Records.Select((record, index) =>
                    new OutgoingRecord(options.Topics.Results, record.Key, record.Value, Source: index))], stop.Token);
            }
            catch (KafkaFailureException failure) when (failure.Action == FailureAction.Rewind)
            {
                loggers.CreateLogger("Echo").LogWarning("{Reason}", failure.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
        reader.Close();
    }
}
