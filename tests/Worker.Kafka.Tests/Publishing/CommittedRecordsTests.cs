using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Clients;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;

namespace Worker.Kafka.Tests.Publishing;

/// <summary>What a read_committed reader sees of the records of a window, on a real broker.</summary>
public sealed class CommittedRecordsTests(KafkaBroker broker)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Each_record_is_told_as_committed_aborted_or_written_again_by_somebody()
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 2);
        using var writer = Writer(stage, "own");
        using var somebody = Writer(stage, "somebody");
        OutgoingRecord[] records = [Record(stage, "a"), Record(stage, "b", "1"), Record(stage, "c"), Record(stage, "d"),
            Record(stage, "twin"), Record(stage, "twin")];
        var places = new WrittenPlaces();
        Write(writer, places, 0, records[0], records[4]).CommitTransaction();
        Write(writer, places, 0, records[2], records[3], records[5]).AbortTransaction();
        Write(writer, places, 1, records[1]).AbortTransaction();
        // Alike but for a header; and one done again.
        Write(somebody, new WrittenPlaces(), 1, Record(stage, "b", "2")).CommitTransaction();
        Write(somebody, new WrittenPlaces(), 0, records[3]).CommitTransaction();

        Assert.Equal(
            [Sighting.Here, Sighting.None, Sighting.None, Sighting.Later, Sighting.Here, Sighting.None],
            Look(stage, records, places, Patience));
    }

    [Fact]
    public async Task Behind_an_open_transaction_nothing_is_taken_for_seen_or_for_missing()
    {
        var stage = await Stage.On(broker.BootstrapServers, partitions: 2);
        using var writer = Writer(stage, "own");
        using var somebody = Writer(stage, "somebody");
        OutgoingRecord[] records = [Record(stage, "a"), Record(stage, "b")];
        var places = new WrittenPlaces();
        var open = Write(somebody, new WrittenPlaces(), 0, Record(stage, "x"));
        Write(writer, places, 0, records[0]).CommitTransaction();
        Write(writer, places, 1, records[1]).CommitTransaction();

        Assert.Null(Look(stage, records, places, TimeSpan.FromSeconds(1.5)));
        open.CommitTransaction();
        Assert.Equal([Sighting.Here, Sighting.Here], Look(stage, records, places, Patience));
    }

    private static Sighting[]? Look(Stage stage, OutgoingRecord[] records, WrittenPlaces places, TimeSpan patience)
    {
        var clients = new KafkaClients(stage.Options(), NullLoggerFactory.Instance, TimeProvider.System);
        using var reader = new CommittedReader(
            stage.Options(), clients, clients.Log("Reader"), TimeProvider.System, CommittedRecords.Refusals);
        var window = new SourceWindow([], [], 0, 0, new WindowLedger(TimeProvider.System));
        return CommittedRecords.Look(
            reader, new UndecidedWindow(window, records, [places.ToDictionary()]), patience,
            TestContext.Current.CancellationToken);
    }

    private static IProducer<byte[]?, byte[]?> Writer(Stage stage, string identity)
    {
        var options = stage.Options(worker: identity);
        var clients = new KafkaClients(options, NullLoggerFactory.Instance, TimeProvider.System);
        var writer = clients.Producer(ClientConfigs.TransactionalProducer(options), clients.Log("Writer"));
        writer.InitTransactions(Patience);
        return writer;
    }

    /// <summary>Into a new transaction, which is left open.</summary>
    private static IProducer<byte[]?, byte[]?> Write(IProducer<byte[]?, byte[]?> writer, WrittenPlaces places,
        int partition, params OutgoingRecord[] records)
    {
        writer.BeginTransaction();
        foreach (var record in records)
        {
            var headers = new Headers();
            foreach (var (name, value) in record.Headers ?? [])
                headers.Add(name, value);
            writer.Produce(
                new TopicPartition(record.Topic, partition), new()
                {
                    Key = record.Key,
                    Value = record.Value,
                    Headers = headers,
                },
                report => places.Add(report.TopicPartitionOffset));
        }
        writer.Flush(TestContext.Current.CancellationToken);
        return writer;
    }

    private static OutgoingRecord Record(Stage stage, string value, string? header = null) =>
        new(stage.Options().Topics.Results, null, Stage.Text(value),
            header is null ? null : [new RecordHeader("h", Stage.Text(header))]);
}
