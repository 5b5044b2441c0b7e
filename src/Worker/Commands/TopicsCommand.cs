using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker topics: creates the topics that a worker needs.</summary>
internal static class TopicsCommand
{
    public static Command Create()
    {
        var partitions = CheckedOptions.Number(
            "--partitions", "Partitions of messages, results, review and dead letters; with more, more workers can " +
                "share",
            6, new NumberRange<int>(1, 100_000));
        var replicas = CheckedOptions.Number(
            "--replicas", "Copies of each partition, -1 for the broker's default", -1,
            new NumberRange<int>(1, short.MaxValue) { Or = -1 });
        var kafka = new KafkaArguments();
        var create = new Command(
            "create", "Create the topics that are not there yet (heads: one partition, compacted)") { partitions,
            replicas };
        kafka.AddTo(create);
        create.SetAction(async (parsed, _) =>
        {
            var options = kafka.Read(parsed);
            var (count, copies) = (parsed.GetValue(partitions), (short)parsed.GetValue(replicas));
            var sources = MessageTopics.Of(options.Topics);
            TopicSpec[] specs =
            [
                .. sources.Names.Select(name => new TopicSpec(name, count, copies)), new(
                    options.Topics.Results, count, copies),
                new(options.Topics.Review, count, copies), new(options.Topics.DeadLetters, count, copies),
                new(options.Topics.Heads, 1, copies, Compacted: true),
            ];
            using var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System);
            admin.Reach();
            var there = await admin.CreateAsync(specs);
            foreach (var spec in specs)
            {
                var was = there.Contains(spec.Name, StringComparer.Ordinal);
                Console.WriteLine($"{spec.Name}: {(was ? "was there already" : "created")}");
            }
            foreach (var pattern in sources.Patterns)
                Console.WriteLine($"{pattern}: a pattern; the topics that it matches are created by those who write " +
                    "to them");
            return ExitCode.Done;
        });
        return new Command("topics", "Create the topics that a worker needs") { create };
    }
}
