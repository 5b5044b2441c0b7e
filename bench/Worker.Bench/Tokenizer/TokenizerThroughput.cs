using System.Diagnostics;
using System.Text;
using Worker.Core.Tokenization;

namespace Worker.Bench.Tokenizer;

/// <summary>Measures how many tokens a second one core gets out of files of texts, one a line, and what it allocates.</summary>
internal static class TokenizerThroughput
{
    private const int Repeats = 15;
    private static readonly TimeSpan Warmup = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(300);

    /// <summary>Prints a line a file: tokens a second (best, median, worst of the repeats) and bytes allocated a text.</summary>
    /// <param name="vocabFolder">A Hugging Face folder with tokenizer.json or vocab.txt.</param>
    /// <param name="texts">What to call each file, and where it is.</param>
    public static void Run(string vocabFolder, IReadOnlyList<(string Name, string Path)> texts)
    {
        var started = Stopwatch.GetTimestamp();
        var definition = TokenizerDefinition.Read(new TokenizerFiles
        {
            TokenizerJson = ReadIfThere(vocabFolder, TokenizerFiles.TokenizerJsonName),
            TokenizerConfig = ReadIfThere(vocabFolder, TokenizerFiles.TokenizerConfigName),
            VocabText = ReadIfThere(vocabFolder, TokenizerFiles.VocabTextName),
        });
        var tokenizer = new WordPieceTokenizer(definition);
        Console.WriteLine($"made in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms, {definition.Vocabulary.Count} tokens");
        foreach (var (name, path) in texts)
            Measure(name, tokenizer, Lines(path));
    }

    private static void Measure(string name, WordPieceTokenizer tokenizer, List<byte[]> texts)
    {
        var ids = new int[512];
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Warmup)
            EncodeAll(tokenizer, texts, ids);

        // Repeats of many passes each, so that one repeat is far above the clock's grain.
        var rates = new double[Repeats];
        var allocated = 0L;
        var encoded = 0L;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var tokens = 0L;
            var before = GC.GetAllocatedBytesForCurrentThread();
            started = Stopwatch.GetTimestamp();
            do
            {
                tokens += EncodeAll(tokenizer, texts, ids);
                encoded += texts.Count;
            }
            while (Stopwatch.GetElapsedTime(started) < LeastTime);
            rates[repeat] = tokens / Stopwatch.GetElapsedTime(started).TotalSeconds;
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Array.Sort(rates);
        var perPass = EncodeAll(tokenizer, texts, ids);
        Console.WriteLine(
            $"{name}: {rates[^1] / 1e6:F1} M tokens/s (median {rates[Repeats / 2] / 1e6:F1}, least {rates[0] / 1e6:F1}; {Repeats} repeats), "
            + $"{allocated / (double)encoded:F3} bytes allocated a text; {texts.Count} texts, {perPass / (double)texts.Count:F1} tokens each");
    }

    private static long EncodeAll(WordPieceTokenizer tokenizer, List<byte[]> texts, int[] ids)
    {
        var tokens = 0L;
        foreach (var text in texts)
            tokens += tokenizer.Encode(text, ids, out _);
        return tokens;
    }

    /// <summary>The longest column of each line, as the texts of tab-separated files stand beside short labels.</summary>
    private static List<byte[]> Lines(string path) =>
        [.. File.ReadLines(path).Select(line => Encoding.UTF8.GetBytes(line.Split('\t').MaxBy(column => column.Length)!))];

    private static byte[]? ReadIfThere(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }
}
