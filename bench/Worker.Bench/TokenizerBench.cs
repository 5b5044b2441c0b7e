using System.CommandLine;
using System.Text;
using Worker.Encoders;
using Worker.Measuring;
using Worker.Onnx.Bundles;
using Worker.Terminal;

namespace Worker.Bench;

/// <summary>
/// Tokenizer throughput on SMS and GoEmotions texts, one core, with a peer in the same run if there is one.
/// </summary>
internal static class TokenizerBench
{
    public static Command Create()
    {
        var command = new Command(
            "tokenizer", "Tokens a second and bytes allocated a text, on SMS and GoEmotions texts");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        var bundle = Checkout.DefaultBundle;
        var tokenizer = TokenizerFolder.Open(bundle);
        (string Name, byte[][] Texts)[] sets =
        [
            ("SMS spam", Lines(DataFolder.File("sms_spam", "SMSSpamCollection"), 1)),
            ("GoEmotions train", Lines(DataFolder.File("goemotions", "original", "train.tsv"), 0)),
        ];
        foreach (var (name, texts) in sets)
        {
            TokenizerRate.Print(name, tokenizer, texts);
            Peer(name, Path.Combine(bundle, "vocab.txt"), texts);
        }
        return ExitCode.Done;
    }

    private static void Peer(string name, string vocabulary, byte[][] texts)
    {
        var peer = Microsoft.ML.Tokenizers.BertTokenizer.Create(vocabulary);
        var strings = texts.Select(Encoding.UTF8.GetString).ToArray();
        var best = 0.0;
        for (var repeat = 0; repeat < 5; repeat++)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            var tokens = strings.Sum(text => (long)peer.EncodeToIds(text).Count);
            best = Math.Max(best, tokens / System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        Console.WriteLine($"  Microsoft.ML.Tokenizers: {best / 1e6:F1} M tokens/s");
    }

    private static byte[][] Lines(string path, int column) =>
        [.. File.ReadLines(path).Select(line => Encoding.UTF8.GetBytes(line.Split('\t')[column]))];
}
