using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Worker.Commands;
using Worker.Encoders;
using Worker.Kafka.Configuration;
using Worker.Measuring;
using Worker.Terminal;

namespace Worker.Bench.Delivery;

/// <summary>
/// What delivery costs, without an encoder, on a real Kafka: the worker compared with a bare consume-produce loop in
/// both modes, a single message's latency in both, memory over a long stream, and how far the delays of partitions
/// differ with a backlog.
/// </summary>
internal static class DeliveryBench
{
    private static readonly string[] All = ["throughput", "latency", "soak", "fairness"];

    public static Command Create()
    {
        var names = new Argument<string[]>("names")
        {
            Description = $"Measurements: {string.Join(", ", All)}; default: all",
            Arity = ArgumentArity.ZeroOrMore
        };
        names.AcceptOnlyFromAmong(All);
        var bootstrap = new Option<string?>("--bootstrap")
        {
            Description = "Brokers that run already; default: one is started, three for latency",
        };
        var messages = new Option<int>("--messages")
        {
            Description = "Messages per measurement of throughput",
            DefaultValueFactory = _ => 500_000,
        };
        var soak = new Option<int>("--soak-messages")
        {
            Description = "Messages of the soak",
            DefaultValueFactory = _ => 1_000_000,
        };
        var waiting = new Option<int>("--waiting-messages")
        {
            Description = "Messages that wait when the worker of 100 messages/s starts, for fairness",
            DefaultValueFactory = _ => 20_000,
        };
        var lone = new Option<int>("--lone-messages")
        {
            Description = "Messages per measurement of latency",
            DefaultValueFactory = _ => 200,
        };
        var pause = new Option<int>("--pause-ms")
        {
            Description = "Milliseconds between lone messages; idle connections are " +
                "closed after 10,000",
            DefaultValueFactory = _ => 20
        };
        var repeats = new Option<int>("--repeats")
        {
            Description = "How often each figure is measured, in turn",
            DefaultValueFactory = _ => 5,
        };
        var model = new ModelOptions();
        var command = new Command(
            "delivery", "Worker without encoder against a bare Kafka loop, latency and memory, on a real Kafka")
        {
            names, bootstrap, messages, soak, waiting, lone, pause, repeats,
        };
        model.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            foreach (var name in parsed.GetValue(names) is { Length: > 0 } some ? some : All)
            {
                var nodes = name == "latency" ? 3 : 1;
                using var kafka = LocalKafka.Open(parsed.GetValue(bootstrap), nodes);
                var bed = new DeliveryBed(kafka, folder.Bundle, name == "fairness" ? WaitingPartitions : 3);
                await (name switch
                {
                    "throughput" => Throughput(bed, parsed.GetValue(messages), parsed.GetValue(repeats), stop),
                    "latency" =>
                        Latency(bed, parsed.GetValue(lone),
                            TimeSpan.FromMilliseconds(parsed.GetValue(pause)), parsed.GetValue(repeats), stop),
                    "fairness" => Fairness(bed, parsed.GetValue(waiting), stop),
                    _ => Soak(bed, parsed.GetValue(soak), stop),
                });
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task Throughput(DeliveryBed bed, int messages, int repeats, CancellationToken stop)
    {
        var topic = await bed.Fill("messages", Texts(messages));
        DeliveryMode[] modes = [DeliveryMode.AtLeastOnce, DeliveryMode.ExactlyOnce];
        var (bare, worker) = (
            modes.ToDictionary(m => m, _ => new Spread()), modes.ToDictionary(m => m, _ => new Spread()));
        // One unmeasured run, so that code is compiled and the broker's cache is warm.
        for (var i = -1; i < repeats; i++)
            // Each goes first equally often, because the second meets a busier or warmer broker.
            foreach (var mode in i % 2 == 0 ? modes : Enumerable.Reverse(modes))
            {
                var raw = BareLoop.Run(await bed.Next(mode, topic), messages, ResultBytes);
                using var classifier = bed.Worker(await bed.Next(mode, topic));
                var rate = await WorkerLoop.Run(classifier, messages, stop);
                if (i < 0)
                    continue;
                bare[mode].Add(raw);
                worker[mode].Add(rate);
            }
        Console.WriteLine(
            $"{messages:N0} messages of {MessageBytes} bytes, results of about {ResultBytes}; best (median, lowest) " +
            "in messages/s");
        foreach (var mode in modes)
        {
            Console.WriteLine($"bare loop {mode,-12} {bare[mode]}");
            Console.WriteLine(
                $"worker    {mode,-12} {worker[mode]}  {worker[mode].MedianRatio(bare[mode]):P0} of bare (median " +
                $"pair), {worker[mode].Best / bare[mode].Best:P0} (best)");
        }
        Console.WriteLine(
            $"exactly-once against at-least-once: {worker[modes[1]].MedianRatio(worker[modes[0]]):P0} (median pair), " +
            $"{worker[modes[1]].Best / worker[modes[0]].Best:P0} (best)");
    }

    private static async Task Latency(
        DeliveryBed bed, int messages, TimeSpan pause, int repeats, CancellationToken stop)
    {
        for (var i = 0; i < Math.Min(repeats, 3); i++)
            foreach (var mode in new[] { DeliveryMode.AtLeastOnce, DeliveryMode.ExactlyOnce })
            {
                var options = await bed.Next(mode, await bed.Fill($"lone-bare-{mode}-{i}", []));
                var bare = Task.Factory.StartNew(
                    () => BareLoop.Run(options, messages + LoneMessage.Unmeasured, ResultBytes,
                    perCommit: 1), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                Print($"bare loop {mode}", await LoneMessage.Run(bare, options, messages, pause, stop));
                await bare;
                options = await bed.Next(mode, await bed.Fill($"lone-{mode}-{i}", []));
                using var classifier = bed.Worker(options);
                Print($"worker    {mode}", await LoneMessage.Run(classifier, options, messages, pause, stop));
            }
    }

    private static void Print(string name, double[] took) =>
        Console.WriteLine(
            $"lone message, {name,-22} p50 {took[took.Length / 2]:F1} ms, p99 {took[took.Length * 99 / 100]:F1} ms");

    private static async Task Soak(DeliveryBed bed, int messages, CancellationToken stop)
    {
        var topic = await bed.Fill("soak", Texts(messages));
        foreach (var mode in new[] { DeliveryMode.AtLeastOnce, DeliveryMode.ExactlyOnce })
        {
            using var classifier = bed.Worker(await bed.Next(mode, topic));
            var memory = new List<long>();
            var rate = await WorkerLoop.Run(classifier, messages, stop, done =>
            {
                if (memory.Count < done * 10 / messages)
                    memory.Add(Process.GetCurrentProcess().WorkingSet64 >> 20);
            });
            Console.WriteLine(
                $"soak, {mode,-12} {messages:N0} messages at {rate:N0}/s, resident MiB after each tenth: " +
                $"{string.Join(' ', memory)}");
        }
    }

    /// <summary>Messages as if they had come at the worker's rate and had waited since then.</summary>
    private static async Task Fairness(DeliveryBed bed, int messages, CancellationToken stop)
    {
        var clock = TimeProvider.System;
        var perText = TimeSpan.FromMilliseconds(10);
        var run = new FairnessRun(WaitingPartitions, messages, clock.GetUtcNow() - messages * perText, perText, clock);
        var options = await bed.Next(DeliveryMode.ExactlyOnce, await bed.Fill("waiting", Texts(messages), run.TimeOf));
        using var classifier = bed.Worker(options, perText);
        await run.Run(classifier, options, stop);
    }

    private const int MessageBytes = 48;
    private const int WaitingPartitions = 6;

    /// <summary>The size of a result with one label.</summary>
    private const int ResultBytes = 270;

    private static IEnumerable<byte[]> Texts(int count) =>
        Enumerable.Range(0, count).Select(
            i => Encoding.UTF8.GetBytes(
                $"message number {i} about nothing in particular".PadRight(MessageBytes)[..MessageBytes]));
}
