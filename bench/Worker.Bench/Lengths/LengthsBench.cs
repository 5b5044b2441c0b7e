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
/// The worker's windows against the raw runtime at its best (all texts sorted together) and against what people run
/// (batches of 32 as texts arrive, padded to the longest), for texts of several lengths and 1 to 500 heads, in turn.
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
        var clock = BenchClock.Option();
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
                Console.WriteLine($"{loaded.Encoder.Description}, median tokens/s of {parsed.GetValue(repeats)}");
                Run(loaded, parsed.GetValue(messages), parsed.GetValue(repeats), parsed.GetValue(clock)!);
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static void Run(LoadedEncoder loaded, int messages, int repeats, string clock)
    {
        foreach (var (name, texts) in Kinds(messages))
            Line(loaded, name, texts, 26, repeats, clock);
        foreach (var heads in HeadCounts)
            Line(loaded, $"mixed, {heads} heads", Kinds(messages)[^1].Texts, heads, repeats, clock);
    }

    private static void Line(
        LoadedEncoder loaded, string name, byte[][] texts, int heads, int repeats, string clock)
    {
        var encoder = loaded.Encoder;
        var matrix = HeadSet.Empty(encoder.Hash, encoder.Features).With(BenchData.RandomHeads(loaded, heads)).Matrix;
        using var all = new TextEncoder(loaded).Tokenize(texts, 0, texts.Length);
        var windows = Enumerable.Range(0, (texts.Length + WindowTexts - 1) / WindowTexts).Select(i =>
            new TextEncoder(loaded).Tokenize(
                texts, i * WindowTexts, Math.Min(WindowTexts, texts.Length - i * WindowTexts))).ToArray();
        var logits = new float[texts.Length * heads];
        var (arrival, sorted, windowed) = (new Spread(), new Spread(), new Spread());
        var runner = new WindowEncoder(encoder, encoder.MicroBatchTokens);
        for (var repeat = -1; repeat < repeats; repeat++)
        {
            var rates = new[]
            {
                Rate(() => Arrival(encoder, all, matrix, logits)),
                Rate(() => runner.Run(all, matrix, [], logits)),
                Rate(() => Windows(runner, windows, matrix, logits)),
            };
            // The first is to warm up.
            if (repeat < 0)
                continue;
            arrival.Add(rates[0]);
            sorted.Add(rates[1]);
            windowed.Add(rates[2]);
        }
        foreach (var window in windows)
            window.Dispose();
        var lengths = Enumerable.Range(0, all.Count).Select(all.Length).Order().ToArray();
        Console.WriteLine(
            $"  {name,-18} {lengths.Average(),5:F0} tokens (95%: {lengths[lengths.Length * 95 / 100],3})   padded " +
            $"{arrival.Median,7:N0}   raw {sorted.Median,7:N0}   windows {windowed.Median,7:N0}: " +
            $"{windowed.MedianRatio(sorted):P1} of raw, {windowed.MedianRatio(arrival):F2} times padded");

        double Rate(Action work) =>
            all.Tokens / BenchClock.Seconds(clock, Environment.ProcessorCount, work);
    }

    private static void Windows(WindowEncoder runner, TokenWindow[] windows, HeadMatrix heads, float[] logits)
    {
        foreach (var window in windows)
            runner.Run(window, heads, [], logits.AsSpan(0, window.Count * heads.Labels));
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
