using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Worker.Bench.Quality;
using Worker.Commands;
using Worker.Core.Features;
using Worker.Core.Messages;
using Worker.Core.Questions;
using Worker.Encoders;
using Worker.Review.Similar;
using Worker.Store;
using Worker.Terminal;

namespace Worker.Bench.Review;

/// <summary>
/// "More like this": how long it takes among many questions, against reading all vectors once; and how good it is, as
/// the mean reciprocal rank of the first text with the same label.
/// </summary>
internal static class SimilarBench
{
    private const int Width = 384;
    private const int Wanted = 30;
    private const int Ranks = 10;
    private const int BatchItems = 5000;

    public static Command Create()
    {
        var model = new ModelOptions();
        var questions = CheckedOptions.Number(
            "--questions", "Open questions", 100_000, new NumberRange<int>(1000, 1_000_000));
        var calls = CheckedOptions.Number("--calls", "How often it is asked", 200, new NumberRange<int>(10, 100_000));
        var command = new Command("similar", "Similar questions: time, and quality on Banking77") { questions, calls };
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            Time(parsed.GetValue(questions), parsed.GetValue(calls));
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            Quality(new FeatureCache(
                Path.Combine("artifacts", "features"), model.Section(parsed, folder.Bundle), FeatureNames.Mean));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Time(int count, int calls)
    {
        var folder = Directory.CreateTempSubdirectory("worker-bench-");
        using (var store = LearningStore.Open(
            new StoreOptions { Path = Path.Combine(folder.FullName, "store.db") }, TimeProvider.System))
        {
            Fill(store, count);
            var similar = new SimilarQuestions(store, () => new ComparedFeature("bench", 0, Width, Width));
            var first = Stopwatch.StartNew();
            similar.Like(1, Wanted);
            Console.WriteLine(
                $"{count:N0} questions: the first call reads them all, {first.Elapsed.TotalSeconds:F1} s");
            var (asked, plain, random) = (new Latencies(), new Latencies(), new Random(2));
            var (values, unit) = (new float[(long)count * Width], new float[Width]);
            for (var i = 0; i < calls; i++)
            {
                var started = Stopwatch.GetTimestamp();
                similar.Like(random.Next(1, count + 1), Wanted);
                asked.Add(Stopwatch.GetElapsedTime(started));
                started = Stopwatch.GetTimestamp();
                Plain(values, unit);
                plain.Add(Stopwatch.GetElapsedTime(started));
            }
            Console.WriteLine($"  similar:               {asked}\n  one pass, one thread:  {plain}");
        }
        folder.Delete(recursive: true);
    }

    /// <summary>The least that an exact search does: one product with every vector.</summary>
    private static float Plain(float[] values, float[] unit)
    {
        var sum = 0f;
        for (var from = 0; from < values.Length; from += Width)
            sum += TensorPrimitives.Dot(values.AsSpan(from, Width), unit);
        return sum;
    }

    private static void Fill(LearningStore store, int count)
    {
        var random = new Random(1);
        foreach (var batch in Enumerable.Range(0, count).Chunk(BatchItems))
        {
            store.Intake.Record([.. batch.Select(Item)], []);
            var missing = store.Features.Missing("bench", batch.Length);
            var values = new float[missing.Count * Width];
            for (var i = 0; i < values.Length; i++)
                values[i] = random.NextSingle() - 0.5f;
            store.Features.Add("bench", [.. missing.Select(text => text.Id)], values);
        }
    }

    private static ReviewItem Item(int number) => new()
    {
        Source = new SourcePosition("messages", 0, number),
        At = DateTimeOffset.UnixEpoch,
        Text = $"the text of message {number}",
        Risk = 0.5,
    };

    private static void Quality(FeatureCache cache)
    {
        var rows = PublicSets.BankingRows("test").ToList();
        string[] texts = [.. rows.Select(row => row.Text)];
        var features = cache.Features("banking77 test", texts, [FeatureNames.Mean]);
        var table = new VectorTable(cache.Hidden);
        for (var i = 0; i < texts.Length; i++)
            table.Set(i, features.AsSpan(i * cache.Hidden, cache.Hidden));
        var (random, found, chance) = (new Random(3), 0.0, 0.0);
        for (var i = 0; i < texts.Length; i++)
        {
            found += Reciprocal(rows, i, [.. table.Nearest(
                features.AsSpan(i * cache.Hidden, cache.Hidden), Ranks + 1).Select(near => (int)near.Id)]);
            chance += Reciprocal(rows, i, [.. Enumerable.Range(0, Ranks + 1).Select(_ => random.Next(texts.Length))]);
        }
        Console.WriteLine(
            $"Banking77, {texts.Length:N0} test texts: MRR@{Ranks} by the same label {found / texts.Length:F3} " +
            $"(random order {chance / texts.Length:F3})");
    }

    /// <summary>One over the rank of the first that has the same label; 0 if none of the first ten has.</summary>
    private static double Reciprocal(List<(string Text, string Label)> rows, int query, int[] order)
    {
        var rank = 0;
        foreach (var other in order.Where(other => other != query).Take(Ranks))
        {
            rank++;
            if (rows[other].Label == rows[query].Label)
                return 1.0 / rank;
        }
        return 0;
    }
}
