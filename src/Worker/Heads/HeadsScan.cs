using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Reading;
using Worker.Kafka.Topics;

namespace Worker.Heads;

/// <summary>Reads the heads topic from its beginning to the end it has now, for commands.</summary>
internal static class HeadsScan
{
    /// <param name="options">How to reach the topic.</param>
    /// <param name="take">Gets the records, those of a partition in their order; called on a thread of its own.</param>
    /// <param name="stop">Stops reading.</param>
    /// <exception cref="Kafka.Clients.KafkaFailureException">No broker answers, or the topic is not there or may not be
    /// read.</exception>
    public static Task<T> Read<T>(
        KafkaOptions options, Func<IEnumerable<SourceRecord>, T> take, CancellationToken stop) =>
        Task.Factory.StartNew(() =>
        {
            var (loggers, clock, topic) = (NullLoggerFactory.Instance, TimeProvider.System, options.Topics.Heads);
            using var admin = new TopicAdmin(options, loggers, clock);
            admin.Reach();
            admin.Require([topic], stop);
            using var scan = new TopicScan(options, topic, admin.Partitions([topic], stop)[topic], loggers, clock);
            return take(scan.Read(stop));
        }, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
