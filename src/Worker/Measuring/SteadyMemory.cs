using System.Diagnostics;
using Worker.Encoders;

namespace Worker.Measuring;

/// <summary>Resident memory of the whole process, including the embedded broker, over a long stream.</summary>
internal static class SteadyMemory
{
    private const int Block = 5_000;

    public static async Task Run(
        EncoderSection section, IReadOnlyList<byte[]> texts, int messages, CancellationToken stop)
    {
        // Short texts, because the question is what a message leaves behind, not how large it was. Some are extreme.
        var stream = texts.Select(Short).ToArray();
        byte[][] extremes = [[], new byte[900_000],
            [.. Enumerable.Repeat("word "u8.ToArray(), 10_000).SelectMany(w => w)]];
        extremes[1].AsSpan().Fill((byte)'x');
        using var loaded = LoadedEncoder.Open(section);
        using var bed = await TestBed.Start(section, BenchData.RandomHeads(loaded, 26), stop);
        Console.WriteLine($"memory over {messages:N0} messages, resident MiB after each tenth:");
        var line = new List<string>();
        for (var done = 0; done < messages;)
        {
            var count = Math.Min(Block, messages - done);
            bed.Publish(
                [.. extremes, .. Enumerable.Range(0, count - extremes.Length).Select(i =>
                    stream[(done + i) % stream.Length])]);
            done += count;
            await bed.Classify(done, stop);
            if (line.Count < (long)done * 10 / messages)
            {
                using var process = Process.GetCurrentProcess();
                line.Add($"{process.WorkingSet64 >> 20}");
            }
        }
        var totals = bed.Classifier.Meter.Totals;
        Console.WriteLine(
            $"  {string.Join(' ', line)}  ({totals.Messages:N0} messages, {totals.DeadLetters} dead letters; each " +
            $"block of {Block:N0} has an empty text, one of 900 kB and one of 10,000 words)");
    }

    /// <summary>The first 60 bytes or so, cut between characters.</summary>
    private static byte[] Short(byte[] text)
    {
        var length = Math.Min(text.Length, 60);
        while (length < text.Length && (text[length] & 0xC0) == 0x80)
            length++;
        return text[..length];
    }
}
