using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Worker.Commands;
using Worker.Encoders;
using Worker.Measuring;
using Worker.Terminal;

namespace Worker.Bench.Merging;

/// <summary>
/// Merged checkpoints of random weights: how long their import takes and how much memory, and whether N checkpoints
/// that differ in their last layers cost one encoder and those layers.
/// </summary>
internal static class MergeBench
{
    public static Command Create()
    {
        var hidden = CheckedOptions.Number(
            "--hidden", "Floats in a token's vector", 768, new NumberRange<int>(64, 4096));
        var layers = CheckedOptions.Number("--layers", "Layers of each checkpoint", 12, new NumberRange<int>(2, 48));
        var own = CheckedOptions.Number(
            "--own", "How many of them, counted from the last, each checkpoint has for itself", 1,
            new NumberRange<int>(0, 48));
        var checkpoints = CheckedOptions.Number("--checkpoints", "How many", 4, new NumberRange<int>(2, 16));
        var messages = CheckedOptions.Number(
            "--messages", "Texts of the sample inbox that are encoded each time", 150,
            new NumberRange<int>(10, 100_000));
        var repeats = CheckedOptions.Number("--repeats", "How often, in turn", 5, new NumberRange<int>(1, 100));
        var precision = CheckedOptions.Choice("--precision", "Arithmetic", "f32", "f32", "int8");
        var command = new Command("merge", "Import merged checkpoints of random weights, and measure their throughput")
        {
            hidden, layers, own, checkpoints, messages, repeats, precision,
        };
        var clock = ClockOption.Create();
        command.Add(clock);
        command.SetAction(parsed =>
        {
            var folder = Directory.CreateTempSubdirectory("worker-merge-");
            try
            {
                var (count, depth, tail) =
                    (parsed.GetValue(checkpoints), parsed.GetValue(layers), parsed.GetValue(own));
                var made = new RandomCheckpoints(parsed.GetValue(hidden), depth, tail);
                var names = Enumerable.Range(0, count).Select(i => Path.Combine(folder.FullName, $"tuned{i}"))
                    .ToArray();
                for (var i = 0; i < count; i++)
                    made.Write(Path.GetDirectoryName(Checkout.DefaultBundle)!, names[i], i);
                var alone = Import(folder.FullName, "alone", names[..1]);
                var merged = Import(folder.FullName, "merged", names);
                var texts = Checkout.InboxData("test").Texts.Take(parsed.GetValue(messages))
                    .Select(Encoding.UTF8.GetBytes).ToArray();
                var predicted = depth / (double)(depth + (count - 1) * tail);
                Compare(
                    alone, merged, texts, parsed.GetValue(repeats), parsed.GetValue(precision)!,
                    new BenchClock(parsed.GetValue(clock)!), predicted);
                return ExitCode.Done;
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        });
        return command;
    }

    /// <summary>Imports in a process of its own, whose memory the system counts.</summary>
    private static string Import(string folder, string name, string[] checkpoints)
    {
        var bundle = Path.Combine(folder, name);
        var start = new ProcessStartInfo("dotnet");
        foreach (var argument in (string[])
            [Path.Combine(AppContext.BaseDirectory, "worker.dll"), "import", .. checkpoints, "--out", bundle])
            start.ArgumentList.Add(argument);
        var watch = Stopwatch.StartNew();
        using var import = Process.Start(start)!;
        var peak = 0L;
        while (!import.WaitForExit(50))
        {
            import.Refresh();
            if (!import.HasExited)
                peak = Math.Max(peak, import.PeakWorkingSet64);
        }
        if (import.ExitCode != 0)
            throw new UserError($"the import of {name} failed");
        Console.WriteLine(
            $"import of {name} ({checkpoints.Length}): {watch.Elapsed.TotalSeconds:F1} s, at most " +
            $"{peak / (1024.0 * 1024 * 1024):F2} GiB of memory");
        return bundle;
    }

    private static void Compare(
        string alone, string merged, byte[][] texts, int repeats, string precision, BenchClock clock,
        double predicted)
    {
        using var one = LoadedEncoder.Open(Section(alone, precision));
        using var all = LoadedEncoder.Open(Section(merged, precision));
        Console.WriteLine($"one: {one.Encoder.Description}; all: {all.Encoder.Description}");
        var (single, together) = (new TextEncoder(one), new TextEncoder(all));
        var tokens = single.Tokenize(texts, 0, texts.Length).Tokens;
        Time(single, texts, clock);
        Time(together, texts, clock);
        var ratios = new List<double>();
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            var (first, second) = (tokens / Time(single, texts, clock), tokens / Time(together, texts, clock));
            ratios.Add(second / first);
            Console.WriteLine(
                $"  one {first:N0} tokens/s, all {second:N0} tokens/s: {second / first:F3}, predicted {predicted:F3}");
        }
        var median = ratios.Order().ElementAt(ratios.Count / 2);
        Console.WriteLine(
            $"median of the pairs {median:F3}, predicted {predicted:F3}: {100 * median / predicted:F1}% of the " +
            "prediction");
    }

    private static EncoderSection Section(string bundle, string precision) =>
        new() { Bundle = bundle, Device = "cpu", Precision = precision, Features = ["own"] };

    private static double Time(TextEncoder encoder, byte[][] texts, BenchClock clock) =>
        clock.Seconds(() => encoder.Features(texts));
}
