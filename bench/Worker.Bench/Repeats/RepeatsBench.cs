using System.CommandLine;
using System.Text;
using Worker.Bench.Delivery;
using Worker.Commands;
using Worker.Core.Heads;
using Worker.Core.Windows;
using Worker.Encoders;
using Worker.Measuring;
using Worker.Terminal;

namespace Worker.Bench.Repeats;

/// <summary>
/// What keeping the scores of recent texts brings to a stream that repeats itself, and costs one that does not: windows
/// through the encoder and 26 heads, in turn.
/// </summary>
internal static class RepeatsBench
{
    private const int WindowTexts = 128;
    private const long Bytes = 64L << 20;

    public static Command Create()
    {
        var model = new ModelOptions();
        var messages = CheckedOptions.Number(
            "--messages", "Texts in a stream", 2000, new NumberRange<int>(100, 1_000_000));
        var share = CheckedOptions.Number(
            "--share", "Which share of them came before", 0.3, new NumberRange<double>(0, 1, IsBelow: true));
        var repeats = CheckedOptions.Number("--repeats", "How often, in turn", 7, new NumberRange<int>(1, 1000));
        var command = new Command("repeats", "A stream that repeats itself against one that does not")
        {
            messages, share, repeats,
        };
        var clock = ClockOption.Create();
        command.Add(clock);
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle));
            var count = parsed.GetValue(messages);
            Compare(
                loaded, Stream(count, 0, seed: 1), Stream(count, parsed.GetValue(share), seed: 2),
                parsed.GetValue(repeats), new BenchClock(parsed.GetValue(clock)!));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Compare(
        LoadedEncoder loaded, byte[][] different, byte[][] repeating, int repeats, BenchClock clock)
    {
        Console.WriteLine(loaded.Encoder.Description);
        var heads = BenchHeads(loaded);
        var (gains, costs) = (new List<double>(), new List<double>());
        for (var repeat = -1; repeat < repeats; repeat++)
        {
            var without = Rate(loaded, heads, different, null, clock);
            var with = Rate(loaded, heads, different, new RecentScores(Bytes), clock);
            var again = Rate(loaded, heads, repeating, new RecentScores(Bytes), clock);
            // The first is to warm up.
            if (repeat < 0)
                continue;
            gains.Add(again / with);
            costs.Add(with / without);
            Console.WriteLine(
                $"  tokens/s: nothing kept {without:N0}, kept without repeats {with:N0}, with repeats {again:N0}");
        }
        var (bare, keeping) = (Own(loaded, different, keeps: false), Own(loaded, different, keeps: true));
        Console.WriteLine(
            $"of the worker's own work, without the encoder's: {bare:F2} µs a text; keeping scores {keeping:F2} µs");
        Console.WriteLine(
            $"with repeats {Median(gains):F3} times the speed of the stream without (median pair); keeping scores " +
            $"without repeats: {100 * Median(costs):F1}% of the speed without keeping them");
    }

    /// <summary>
    /// Microseconds a text of what is not the encoder's time, the best of several passes: what keeping scores costs
    /// is too little to be seen beside an encoder's spread.
    /// </summary>
    private static double Own(LoadedEncoder loaded, byte[][] texts, bool keeps)
    {
        using var nothing = new TrivialEncoder(TimeSpan.Zero);
        var free = loaded with { Encoder = nothing };
        var heads = BenchHeads(free);
        return 1e6 / texts.Length * Enumerable.Range(0, 50).Min(_ =>
            Pass(free, heads, texts, keeps ? new RecentScores(Bytes) : null, BenchClock.Wall).Seconds);
    }

    /// <summary>Tokens per second, those of repeated texts included.</summary>
    private static double Rate(
        LoadedEncoder loaded, HeadMatrix heads, byte[][] texts, RecentScores? recent, BenchClock clock)
    {
        var (tokens, seconds) = Pass(loaded, heads, texts, recent, clock);
        return tokens / seconds;
    }

    private static (long Tokens, double Seconds) Pass(
        LoadedEncoder loaded, HeadMatrix heads, byte[][] texts, RecentScores? recent, BenchClock clock)
    {
        var encoder = new WindowEncoder(loaded.Encoder, loaded.Encoder.MicroBatchTokens, recent);
        var tokenizing = new TextEncoder(loaded);
        var windows = Enumerable.Range(0, (texts.Length + WindowTexts - 1) / WindowTexts).Select(i =>
            tokenizing.Tokenize(
                texts, i * WindowTexts, Math.Min(WindowTexts, texts.Length - i * WindowTexts))).ToArray();
        var logits = new float[WindowTexts * heads.Labels];
        var seconds = clock.Seconds(() =>
        {
            foreach (var window in windows)
                encoder.Run(window, heads, default, logits.AsMemory(0, window.Count * heads.Labels));
        });
        var tokens = windows.Sum(window => (long)window.Tokens);
        foreach (var window in windows)
            window.Dispose();
        return (tokens, seconds);
    }

    private static HeadMatrix BenchHeads(LoadedEncoder loaded)
    {
        var (layout, random) = (loaded.Encoder.Features, new Random(3));
        return new HeadMatrix(layout, [.. Enumerable.Range(0, 26).Select(i => new Head
        {
            Label = $"label{i}",
            Version = 1,
            Encoder = loaded.Encoder.Hash,
            Feature = layout.Name,
            Weights = [.. Enumerable.Range(0, layout.Width).Select(_ => random.NextSingle() - 0.5f)],
            Bias = 0,
        })]);
    }

    /// <summary>Texts of the sample inbox with their words in another order, a share of them copies of earlier
    /// ones.</summary>
    private static byte[][] Stream(int count, double share, int seed)
    {
        var random = new Random(seed);
        var inbox = Checkout.InboxData("test").Texts;
        var texts = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            if (i > 0 && random.NextDouble() < share)
            {
                texts[i] = texts[random.Next(i)];
                continue;
            }
            var words = inbox[i % inbox.Count].Split(' ');
            random.Shuffle(words);
            texts[i] = Encoding.UTF8.GetBytes($"{string.Join(' ', words)} {i}");
        }
        return texts;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
