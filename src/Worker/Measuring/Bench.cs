using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Onnx.Bundles;
using Worker.Onnx.Sessions;
using Worker.Terminal;

namespace Worker.Measuring;

/// <summary>Runs the requested measurements and prints one line for each.</summary>
/// <param name="section">The encoder's options for a precision.</param>
/// <param name="data">A person's own texts, or null for the sample inbox.</param>
/// <param name="messages">Messages per measurement.</param>
/// <param name="repeats">Measurements of each figure; things that are compared are measured in turn.</param>
/// <param name="memoryMessages">Messages of the memory measurement.</param>
/// <param name="clock">Which seconds count, for what is compared with the raw runtime, and for heads.</param>
internal sealed class Bench(
    Func<string, EncoderSection> section, string? data, int messages, int repeats, int memoryMessages,
    BenchClock clock)
{
    /// <summary>Whether the encoder runs on a GPU, which has no int8.</summary>
    private bool gpu;

    /// <summary>Which precisions: the one asked for, or all that the device has.</summary>
    private string[] Precisions =>
        section("auto").Precision is var asked and not "auto" ? [asked] : gpu ? ["f32"] : ["f32", "int8"];

    /// <summary>The precision of the measurements that take one: the device's fastest.</summary>
    private string Fastest => gpu ? "f32" : "int8";

    public async Task<int> Run(IReadOnlyList<string> names, CancellationToken stop)
    {
        var first = section("f32");
        using (var encoder = EncoderFactory.Create(EncoderBundle.Open(first.Bundle), first.ToOptions()))
        {
            gpu = encoder.Device == Device.Cuda;
            Console.WriteLine(encoder.Description);
        }
        Console.WriteLine(
            $"{Environment.ProcessorCount} processors; {messages:N0} messages per measurement, {repeats} " +
            "measurements each, best (median, lowest) in tokens/s");
        foreach (var name in names)
        {
            switch (name)
            {
                case "tokenizer":
                    Tokenizer();
                    break;
                case "pipeline":
                    foreach (var precision in Precisions)
                        await Pipeline(precision, stop);
                    break;
                case "classify":
                    foreach (var precision in Precisions)
                        Classify(precision, stop);
                    break;
                case "heads":
                    await Heads(stop);
                    break;
                case "swap":
                    await SwapTime.Run(section(Fastest), BenchData.Texts(data, messages), repeats, stop);
                    break;
                case "int8" when gpu:
                    Console.WriteLine("int8              not on a GPU");
                    break;
                case "int8":
                    Int8Quality.Run(section("f32"), section("int8"), data);
                    break;
                case "memory":
                    await SteadyMemory.Run(section(Fastest), BenchData.Texts(data, 2048), memoryMessages, stop);
                    break;
            }
        }
        return ExitCode.Done;
    }

    private void Tokenizer()
    {
        var tokenizer = TokenizerFolder.Open(section("f32").Bundle);
        TokenizerRate.Print("tokenizer, one core", tokenizer, BenchData.Texts(data, 1024));
    }

    private async Task Pipeline(string precision, CancellationToken stop)
    {
        var texts = BenchData.Texts(data, messages);
        var (plain, raw, pipeline) = (new Spread(), new Spread(), new Spread());
        using var loaded = LoadedEncoder.Open(section(precision));
        // On a GPU nothing is changed for it.
        using var asItComes = gpu ? null : LoadedEncoder.OpenAsItComes(section(precision));
        var heads = BenchData.RandomHeads(loaded, 26);
        var matrix = Set(loaded, heads).Matrix;
        using var ceiling = new RawCeiling(loaded, matrix, texts, clock);
        using var plainCeiling = asItComes is null ? null : new RawCeiling(asItComes, matrix, texts, clock);
        var (budget, plainBudget) = (ceiling.BestBudget(), plainCeiling?.BestBudget() ?? 0);
        for (var i = 0; i < repeats; i++)
        {
            if (plainCeiling is not null)
                plain.Add(plainCeiling.Rate(plainBudget));
            raw.Add(ceiling.Rate(budget));
            pipeline.Add(await PipelineRate.Run(section(precision), heads, texts, clock, stop));
        }
        if (plainCeiling is not null)
            Console.WriteLine(
                $"as it comes {precision,-5} {plain}  (budget {plainBudget}; one session of all threads)");
        Console.WriteLine(
            $"raw runtime {precision,-5} {raw}  (budget {budget} padded tokens; " +
            $"{(double)ceiling.Tokens / texts.Count:F1} tokens per message)");
        Console.WriteLine(
            $"pipeline    {precision,-5} {pipeline}  {pipeline.MedianRatio(raw):P1} of raw (median pair), " +
            $"{pipeline.Best / raw.Best:P1} (best)");
        if (plainCeiling is not null)
            Console.WriteLine(
                $"{"",17} {pipeline.MedianRatio(plain):P1} of the runtime as it comes (median pair), " +
                $"{pipeline.Best / plain.Best:P1} (best)");
    }

    private void Classify(string precision, CancellationToken stop)
    {
        var texts = BenchData.Texts(data, messages);
        var (raw, classify) = (new Spread(), new Spread());
        using var loaded = LoadedEncoder.Open(section(precision));
        var heads = Set(loaded, BenchData.RandomHeads(loaded, 26));
        using var ceiling = new RawCeiling(loaded, heads.Matrix, texts, clock);
        var rate = new ClassifyRate(loaded, heads, texts, clock);
        var budget = ceiling.BestBudget();
        for (var i = 0; i < repeats; i++)
        {
            raw.Add(ceiling.Rate(budget));
            classify.Add(rate.Run(ceiling.Tokens, stop));
        }
        Console.WriteLine($"raw runtime {precision,-5} {raw}  (budget {budget} padded tokens)");
        Console.WriteLine(
            $"classify    {precision,-5} {classify}  {classify.MedianRatio(raw):P1} of raw (median pair), " +
            $"{classify.Best / raw.Best:P1} (best)");
    }

    private async Task Heads(CancellationToken stop)
    {
        var texts = BenchData.Texts(data, messages);
        var (one, many) = (new Spread(), new Spread());
        using var loaded = LoadedEncoder.Open(section(Fastest));
        for (var i = 0; i < repeats; i++)
        {
            one.Add(await PipelineRate.Run(section(Fastest), BenchData.RandomHeads(loaded, 1), texts, clock, stop));
            many.Add(await PipelineRate.Run(section(Fastest), BenchData.RandomHeads(loaded, 500), texts, clock, stop));
        }
        Console.WriteLine($"1 head      {Fastest,-5} {one}");
        Console.WriteLine(
            $"500 heads   {Fastest,-5} {many}  {many.MedianRatio(one):P1} of 1 head (median pair), " +
            $"{many.Best / one.Best:P1} (best)");
    }

    private static HeadSet Set(LoadedEncoder loaded, IReadOnlyList<Head> heads) =>
        HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features).With(heads);
}
