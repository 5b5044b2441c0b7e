using System.Text;
using Confluent.Kafka;
using Worker.Core.Answers;

namespace Worker.Tests.Learner;

/// <summary>Answers that a small encoder can learn from: texts that speak of a refund, and texts that do not.</summary>
internal static class Answers
{
    /// <summary>An answer to a text of its own.</summary>
    public static LabelEvent Of(int number, string label = "refund") => new()
    {
        Id = $"{label}-{number}",
        At = new DateTimeOffset(2026, 11, 29, 10, 0, 0, TimeSpan.Zero).AddSeconds(number),
        Text = Text(number),
        By = "anna",
        Answers = [new LabelAnswer(label, IsYes(number) ? 1 : 0)],
    };

    public static bool IsYes(int number) => number % 2 == 0;

    public static string Text(int number)
    {
        var (one, other) = (Words.Of(number * 7 % 5000), Words.Of(number * 13 % 5000 + 1));
        return IsYes(number)
            ? $"please give me my money back, refund refund {one} {other}"
            : $"the weather is lovely at the lake today {one} {other}";
    }

    /// <summary>Publishes events, each under its label.</summary>
    public static void Send(string bootstrap, string topic, IEnumerable<byte[]> values)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(
            new ProducerConfig { BootstrapServers = bootstrap, LingerMs = 1 }).Build();
        var number = 0;
        foreach (var value in values)
            producer.Produce(topic, new Message<byte[]?, byte[]?>
            {
                Key = Encoding.UTF8.GetBytes($"{number++}"),
                Value = value,
            });
        producer.Flush();
    }
}
