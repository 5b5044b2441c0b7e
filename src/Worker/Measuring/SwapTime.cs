using System.Diagnostics;
using Worker.Encoders;

namespace Worker.Measuring;

/// <summary>From a head's acknowledgement by the heads topic to its use, under full load.</summary>
internal static class SwapTime
{
    public static async Task Run(
        EncoderSection section, IReadOnlyList<byte[]> texts, int repeats, CancellationToken stop)
    {
        using var loaded = LoadedEncoder.Open(section);
        var heads = BenchData.RandomHeads(loaded, 26);
        using var bed = await TestBed.Start(section, heads, stop);
        bed.Publish(texts);
        var classifying = bed.Classify(texts.Count, stop);
        // The stream must be running first, so that a swap is measured and not a start.
        while (bed.Classifier.Meter.LastUsed is null)
            await Task.Delay(1, stop);
        var times = new Spread();
        for (var version = 2; version < 2 + repeats; version++)
        {
            await bed.PublishHeads([heads[0] with { Version = version }], stop);
            var started = Stopwatch.GetTimestamp();
            while (bed.Classifier.Meter.LastUsed?.Find(heads[0].Label)?.Version != version)
                await Task.Delay(1, stop);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        await classifying;
        Console.WriteLine(
            $"head swap         {times.Median:N0} ms (worst {times.Best:N0} of {repeats}) from the topic's " +
            $"acknowledgement to the first window published with it; {bed.Classifier.Meter.Totals.Messages:N0} of " +
            $"{texts.Count:N0} messages");
    }
}
