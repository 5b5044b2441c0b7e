using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Kafka.Configuration;
using Worker.Kafka.Topics;
using Worker.Terminal;

namespace Worker.Verbs;

/// <summary>worker topics: makes the topics that a worker needs.</summary>
internal static class TopicsVerb
{
    public static Command Create()
    {
        var partitions = new Option<int>("--partitions") { Description = "Partitions of messages, results, review and dead letters; more let more workers share", DefaultValueFactory = _ => 6 };
        var replicas = new Option<int>("--replicas") { Description = "Copies of each partition; -1 for the broker's default", DefaultValueFactory = _ => -1 };
        partitions.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 1)
                result.AddError("--partitions must be 1 or more");
        });
        replicas.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number is not (-1 or (>= 1 and <= short.MaxValue)))
                result.AddError("--replicas must be 1 or more, up to the number of brokers, or -1 for the broker's default");
        });
        var kafka = new KafkaArguments();
        var create = new Command("create", "Create the topics that are not there yet (heads: one partition, compacted)") { partitions, replicas };
        kafka.AddTo(create);
        create.SetAction(async (parsed, _) =>
        {
            var options = kafka.Read(parsed);
            var (count, copies) = (parsed.GetValue(partitions), (short)parsed.GetValue(replicas));
            var sources = MessageTopics.Of(options.Topics);
            TopicSpec[] specs =
            [
                .. sources.Names.Select(name => new TopicSpec(name, count, copies)), new(options.Topics.Results, count, copies),
                new(options.Topics.Review, count, copies), new(options.Topics.DeadLetters, count, copies),
                new(options.Topics.Heads, 1, copies, Compacted: true),
            ];
            using var admin = new TopicAdmin(options, NullLoggerFactory.Instance, TimeProvider.System);
            admin.Reach();
            var there = await admin.CreateAsync(specs);
            foreach (var spec in specs)
                Console.WriteLine($"{spec.Name}: {(there.Contains(spec.Name, StringComparer.Ordinal) ? "was there already" : "created")}");
            foreach (var pattern in sources.Patterns)
                Console.WriteLine($"{pattern}: a pattern; the topics that it matches are made by those who write them");
            return ExitCode.Done;
        });
        return new Command("topics", "Make the topics that a worker needs") { create };
    }
}
