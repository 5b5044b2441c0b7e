using System.CommandLine;
using System.Text;
using System.Text.Json;
using Worker.Bench.Quality;
using Worker.Commands;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Core.Windows;
using Worker.Encoders;
using Worker.Measuring;
using Worker.Terminal;

namespace Worker.Bench.Lengths;

/// <summary>
/// The worker's windows against the raw runtime (all texts sorted together), with all threads on each micro-batch and
/// with one thread on each, and against what people run (batches of 32 as texts arrive, padded to the longest, all
/// threads on each), for texts of several lengths and 1 to 500 heads, in turn.
/// </summary>
internal static class LengthsBench
{
    private const int WindowTexts = 128;
    private const int ArrivalTexts = 32;
    private static readonly int[] HeadCounts = [1, 26, 100, 500];

    public static Command Create()
    {
        var model = new ModelOptions();
        var messages = CheckedOptions.Number(
            "--messages", "Texts of each kind", 512, new NumberRange<int>(64, 1_000_000));
        var repeats = CheckedOptions.Number("--repeats", "How often, in turn", 5, new NumberRange<int>(1, 1000));
        var command = new Command("lengths", "Windows against the raw runtime and padded batches, by length of texts")
        {
            messages, repeats,
        };
        var clock = ClockOption.Create();
        command.Add(clock);
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            Console.WriteLine(Processor.Describe());
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var asked = parsed.GetValue(model.Precision)!;
            foreach (var precision in asked == "auto" ? ["f32", "int8"] : (string[])[asked])
            {
                var section = model.Section(parsed, folder.Bundle);
                section.Precision = precision;
                using var loaded = LoadedEncoder.Open(section);
                section.BatchThreads = Math.Max(loaded.Encoder.Lanes, 1);
                using var together = LoadedEncoder.Open(section);
                Console.WriteLine(
                    $"{loaded.Encoder.Description}; together: {together.Encoder.Description}\n" +
                    $"  median (lowest, highest) tokens/s of {parsed.GetValue(repeats)}");
                var measured = new Measured(
                    loaded, together.Encoder, parsed.GetValue(repeats), new BenchClock(parsed.GetValue(clock)!));
                Run(measured, parsed.GetValue(messages));
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static void Run(Measured measured, int messages)
    {
        var kinds = Kinds(messages);
        foreach (var (name, texts) in kinds)
            Line(measured, name, texts, 26);
        foreach (var heads in HeadCounts)
            Line(measured, $"mixed, {heads} heads", kinds[^1].Texts, heads);
    }

    private static void Line(Measured measured, string name, byte[][] texts, int heads)
    {
        var loaded = measured.Loaded;
        var encoder = loaded.Encoder;
        var matrix = HeadSet.Empty(encoder.Hash, encoder.Features).With(BenchData.RandomHeads(loaded, heads)).Matrix;
        using var all = new TextEncoder(loaded).Tokenize(texts, 0, texts.Length);
        var windows = Enumerable.Range(0, (texts.Length + WindowTexts - 1) / WindowTexts).Select(i =>
            new TextEncoder(loaded).Tokenize(
                texts, i * WindowTexts, Math.Min(WindowTexts, texts.Length - i * WindowTexts))).ToArray();
        var logits = new float[texts.Length * heads];
        var rates = Enumerable.Range(0, 4).Select(_ => new Spread()).ToArray();
        var runner = new WindowEncoder(encoder, encoder.MicroBatchTokens);
        var together = new WindowEncoder(measured.Together, encoder.MicroBatchTokens);
        Action[] ways =
        [
            () => Arrival(measured.Together, all, matrix, logits),
            () => together.Run(all, matrix, default, logits),
            () => runner.Run(all, matrix, default, logits),
            () => Windows(runner, windows, matrix, logits),
        ];
        for (var repeat = -1; repeat < measured.Repeats; repeat++)
            for (var way = 0; way < ways.Length; way++)
            {
                var rate = all.Tokens / measured.Clock.Seconds(ways[way]);
                // The first is to warm up.
                if (repeat >= 0)
                    rates[way].Add(rate);
            }
        foreach (var window in windows)
            window.Dispose();
        var lengths = Enumerable.Range(0, all.Count).Select(all.Length).Order().ToArray();
        Console.WriteLine(
            $"  {name,-18} {lengths.Average(),5:F0} tokens (95%: {lengths[lengths.Length * 95 / 100],3})   " +
            $"padded {Figures(rates[0])}   raw together {Figures(rates[1])}   raw {Figures(rates[2])}   " +
            $"windows {Figures(rates[3])}: {rates[3].MedianRatio(rates[2]):P1} of raw, " +
            $"{rates[3].MedianRatio(rates[1]):P1} of raw together, {rates[3].MedianRatio(rates[0]):F2} times padded");
    }

    private static string Figures(Spread rates) => $"{rates.Median:N0} ({rates.Worst:N0}, {rates.Best:N0})";

    private static void Windows(WindowEncoder runner, TokenWindow[] windows, HeadMatrix heads, float[] logits)
    {
        foreach (var window in windows)
            runner.Run(window, heads, default, logits.AsMemory(0, window.Count * heads.Labels));
    }

    private static void Arrival(IEncoder encoder, TokenWindow all, HeadMatrix heads, float[] logits)
    {
        var ids = new List<int>();
        for (var start = 0; start < all.Count; start += ArrivalTexts)
        {
            var count = Math.Min(ArrivalTexts, all.Count - start);
            ids.Clear();
            var lengths = new int[count];
            for (var i = 0; i < count; i++)
            {
                ids.AddRange(all[start + i]);
                lengths[i] = all.Length(start + i);
            }
            encoder.Run(new MicroBatch([.. ids], lengths), heads, [], logits.AsSpan(0, count * heads.Labels));
        }
    }

    /// <summary>Texts by kind; the last is a mix of all in random order.</summary>
    private static List<(string Name, byte[][] Texts)> Kinds(int messages)
    {
        var inbox = File.ReadLines(Checkout.Inbox("train")).Concat(File.ReadLines(Checkout.Inbox("test")))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToLookup(
                one => one.GetProperty("channel").GetString(), one => one.GetProperty("text").GetString()!,
                StringComparer.Ordinal);
        List<(string Name, byte[][] Texts)> kinds =
        [
            ("chat", Taken(inbox["chat"], messages)),
            ("tweets", Taken(PublicSets.TweetOffensive().Train.Texts, messages)),
            ("e-mails", Taken(inbox["email"], messages)),
        ];
        byte[][] mixed = [.. kinds.SelectMany(kind => kind.Texts.Take(messages / kinds.Count))];
        new Random(1).Shuffle(mixed);
        kinds.Add(("mixed", mixed));
        return kinds;
    }

    private static byte[][] Taken(IEnumerable<string> texts, int count)
    {
        var all = texts.Select(Encoding.UTF8.GetBytes).ToArray();
        return [.. Enumerable.Range(0, count).Select(i => all[i % all.Length])];
    }
}

/// <summary>What is measured, and how.</summary>
/// <param name="Loaded">The worker's encoder.</param>
/// <param name="Together">The same with all threads on each micro-batch.</param>
/// <param name="Repeats">How often, in turn.</param>
/// <param name="Clock">Which time counts.</param>
internal sealed record Measured(LoadedEncoder Loaded, IEncoder Together, int Repeats, BenchClock Clock);
