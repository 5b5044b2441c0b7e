using System.Globalization;
using Microsoft.Extensions.Logging;
using Worker.Core.Answers;
using Worker.Core.Messages;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Pipeline;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Sending;

namespace Worker.Learner;

/// <summary>
/// Records of the labels topic into the store. What is no label event becomes a dead letter in the same transaction.
/// One thread.
/// </summary>
/// <param name="store">Where to.</param>
/// <param name="texts">Of messages that answers name alone.</param>
/// <param name="letters">What cannot be recorded.</param>
/// <param name="calls">To the store.</param>
/// <param name="log">For its lines.</param>
internal sealed class LabelIntake(
    LearningStore store, AnsweredTexts texts, DeadLetters letters, StoreCalls calls, ILogger log)
{
    private readonly RecordedOffsets offsets = new(store, calls, log);

    /// <inheritdoc cref="RecordedOffsets.Ask"/>
    public IReadOnlyDictionary<(string Topic, int Partition), long> NextOffsets(CancellationToken stop) =>
        offsets.Ask(stop);

    /// <inheritdoc cref="RecordedOffsets.Take"/>
    public bool Take(IReadOnlyList<SourceRecord> records, CancellationToken stop) => offsets.Take(
        records, (fresh, progress) =>
        {
            var (events, dead) = (new List<LabelEvent>(), new List<OutboxRecord>());
            foreach (var record in fresh)
            {
                if (Read(record, stop, out var failure) is { } one)
                    events.Add(one);
                else
                    dead.Add(Letter(record, failure!));
            }
            calls.Run(() => store.Examples.Record(new LabelBatch(events, progress) { Outgoing = dead }), stop);
            if (dead.Count > 0)
                log.LogWarning("Labels: {Count} records are no label events and go to the dead letters", dead.Count);
        });

    private LabelEvent? Read(SourceRecord record, CancellationToken stop, out Failure? failure)
    {
        failure = null;
        try
        {
            if (record.Value is null)
                throw new LabelEventException("has no value (a tombstone): to take an answer back, send " +
                    "{\"withdraws\": \"ID\"}");
            var one = LabelEventJson.Read(
                record.Value,
                string.Create(CultureInfo.InvariantCulture, $"{record.Topic}/{record.Partition}/{record.Offset}"),
                DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, record.TimestampMs)));
            if (one.Text is not null || one.Message is not { } message)
                return one;
            if (calls.Run(() => texts.Of(message, stop), stop) is { } text)
                return one with { Text = text };
            failure = new Failure(FailureKind.TextGone,
                $"the answer names {message}, whose text is not there any more: send the text with the answer");
        }
        catch (LabelEventException refused)
        {
            failure = new Failure(FailureKind.InvalidAnswer, $"the record {refused.Message}");
        }
        return null;
    }

    private OutboxRecord Letter(SourceRecord record, Failure failure)
    {
        OutgoingRecord letter = letters.Build(record, failure);
        return new OutboxRecord(letter.Topic, letter.Key, letter.Value)
        {
            Headers = [.. (letter.Headers ?? []).Select(header =>
                new KeyValuePair<string, byte[]?>(header.Name, header.Value))],
        };
    }
}
