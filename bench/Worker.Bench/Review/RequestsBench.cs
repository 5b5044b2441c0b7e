using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Worker.Commands;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Measuring;
using Worker.Terminal;

namespace Worker.Bench.Review;

/// <summary>
/// Requests to classify one short text each, at a share of what the encoder can do: how long they take. They arrive at
/// random times (Poisson), whether earlier ones are answered or not.
/// </summary>
internal static class RequestsBench
{
    private const int Heads = 26;

    public static Command Create()
    {
        var model = new ModelOptions();
        var tokens = CheckedOptions.Number("--tokens", "Tokens of a text", 20, new NumberRange<int>(4, 200));
        var load = CheckedOptions.Number(
            "--load", "Share of the encoder's own limit", 0.7, new NumberRange<double>(0.01, 1));
        var seconds = CheckedOptions.Number("--seconds", "How long", 20, new NumberRange<int>(1, 3600));
        var command = new Command("requests", "Texts classified on request, at a share of the encoder's limit")
        {
            tokens, load, seconds,
        };
        model.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle));
            var heads = BenchData.RandomHeads(loaded, Heads);
            var texts = Texts(loaded, parsed.GetValue(tokens));
            // 1. The encoder's own limit: all of the texts at once, in this process.
            var rate = new ClassifyRate(
                loaded, HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features).With(heads), texts,
                BenchClock.Wall);
            var limit = 0.0;
            for (var i = 0; i < 4; i++)
                limit = Math.Max(limit, rate.Run(texts.Length, stop));
            Console.WriteLine(
                $"{loaded.Encoder.Description}; limit {limit:N0} texts/s of {parsed.GetValue(tokens)} tokens");
            // 2. Requests.
            await using var bed = new ReviewBed(loaded, heads);
            await bed.Start(stop);
            var arrivals = limit * parsed.GetValue(load);
            await Arrive(bed, texts, arrivals, TimeSpan.FromSeconds(3), stop);
            var latencies = await Arrive(bed, texts, arrivals, TimeSpan.FromSeconds(parsed.GetValue(seconds)), stop);
            Console.WriteLine($"{arrivals:N0} requests/s of one text ({parsed.GetValue(load):P0} of it): {latencies}");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<Latencies> Arrive(
        ReviewBed bed, byte[][] texts, double rate, TimeSpan duration, CancellationToken stop)
    {
        var (latencies, random, asked) = (new Latencies(), new Random(1), new List<Task>());
        var (watch, due) = (Stopwatch.StartNew(), TimeSpan.Zero);
        for (var i = 0; due < duration; i++)
        {
            due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / rate);
            if (due - watch.Elapsed is { Ticks: > 0 } pause)
                await Task.Delay(pause, stop);
            asked.Add(Ask(bed, Encoding.UTF8.GetString(texts[i % texts.Length]), watch, due, latencies, stop));
        }
        await Task.WhenAll(asked);
        return latencies;
    }

    /// <summary>Its time counts from when it was due.</summary>
    private static async Task Ask(
        ReviewBed bed, string text, Stopwatch watch, TimeSpan due, Latencies latencies, CancellationToken stop)
    {
        await bed.Post("/api/v1/classify", new { texts = new[] { text } }, stop);
        latencies.Add(watch.Elapsed - due);
    }

    /// <summary>Texts of so many tokens, cut from the sample inbox.</summary>
    private static byte[][] Texts(LoadedEncoder loaded, int tokens)
    {
        var room = new int[loaded.Encoder.MaxTokens];
        return [.. BenchData.Texts(null, 1000).Select(text => Cut(loaded, Encoding.UTF8.GetString(text), tokens, room))
            .Where(text => loaded.Tokenizer.Encode(text, room, out _) == tokens).Take(500)];
    }

    private static byte[] Cut(LoadedEncoder loaded, string text, int tokens, int[] room)
    {
        var words = text.Split(' ');
        for (var count = words.Length; count > 0; count--)
        {
            var start = Encoding.UTF8.GetBytes(string.Join(' ', words.Take(count)));
            if (loaded.Tokenizer.Encode(start, room, out _) <= tokens)
                return start;
        }
        return [];
    }
}
