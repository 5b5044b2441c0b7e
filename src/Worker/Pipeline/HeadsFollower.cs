using System.Text;
using Microsoft.Extensions.Logging;
using Worker.Core.Anomaly;
using Worker.Kafka.Heads;

namespace Worker.Pipeline;

/// <summary>
/// Carries the heads topic into the registries: all heads that are there at the start as one swap, then each record as it
/// comes. An anomaly reference is swapped when the last of its records is there.
/// </summary>
internal sealed class HeadsFollower(HeadsTopicReader topic, HeadRegistry heads, AnomalyRegistry? anomalies, ILogger log)
{
    private readonly List<HeadChange> behind = [];
    private bool caughtUp;

    /// <summary>Follows until stopped, on a thread of its own.</summary>
    /// <exception cref="Worker.Kafka.Clients.KafkaFailureException">The topic cannot be read.</exception>
    public Task Run(CancellationToken stop) =>
        Task.Factory.StartNew(() => topic.Run(Take, CatchUp, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Take(HeadRecord record)
    {
        if (record.Key is null)
        {
            log.LogError("Record {Partition}@{Offset} of the heads topic has no key and is ignored: a head's key is its label", record.Partition, record.Offset);
            return;
        }
        if (AnomalyRollout.Owns(record.Key))
        {
            anomalies?.Apply(record.Key, record.Value);
            return;
        }
        var change = new HeadChange(Encoding.UTF8.GetString(record.Key), record.Value);
        if (caughtUp)
            heads.Apply([change]);
        else
            behind.Add(change);
    }

    private void CatchUp()
    {
        caughtUp = true;
        heads.Apply(behind);
        behind.Clear();
        if (heads.Current.Heads.IsEmpty)
            log.LogWarning("The heads topic holds no head that fits this encoder yet: messages wait until one comes ('worker heads publish' sends them)");
    }
}
