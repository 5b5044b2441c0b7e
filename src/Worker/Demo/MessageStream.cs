using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Worker.Demo;

/// <summary>
/// An upstream system: publishes texts over and over, never further ahead of the results than a limit.
/// </summary>
internal sealed class MessageStream : IDisposable
{
    private readonly IProducer<string, byte[]> producer;
    private readonly string topic;
    private readonly byte[][] values;
    private readonly string[] keys;

    /// <param name="texts">Text i is published with the key i.</param>
    public MessageStream(string bootstrap, string topic, IReadOnlyList<string> texts)
    {
        this.topic = topic;
        values = [.. texts.Select(Encoding.UTF8.GetBytes)];
        keys = [.. Enumerable.Range(0, texts.Count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        producer = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = bootstrap, LingerMs = 2, Acks = Acks.All }).Build();
    }

    /// <summary>Messages published; any thread.</summary>
    public int Published => Volatile.Read(ref published);

    private int published;

    /// <summary>Publishes messages, keeping at most <paramref name="ahead"/> unanswered.</summary>
    /// <param name="messages">How many; null while that is not known yet.</param>
    /// <param name="answered">Results seen so far.</param>
    public async Task Publish(Func<int?> messages, int ahead, Func<int> answered, CancellationToken stop)
    {
        for (var i = 0; i < (messages() ?? int.MaxValue); i++)
        {
            while (published - answered() >= ahead)
                await Task.Delay(2, stop);
            Send();
        }
        producer.Flush(stop);
    }

    /// <summary>Publishes one message.</summary>
    public void PublishOne(CancellationToken stop)
    {
        Send();
        producer.Flush(stop);
    }

    private void Send()
    {
        var text = published % values.Length;
        while (true)
        {
            try
            {
                producer.Produce(topic, new Message<string, byte[]> { Key = keys[text], Value = values[text] });
                Interlocked.Increment(ref published);
                return;
            }
            catch (ProduceException<string, byte[]> error) when (error.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    public void Dispose() => producer.Dispose();
}
