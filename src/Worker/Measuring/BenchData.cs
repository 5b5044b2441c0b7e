using System.Text;
using Worker.Core.Heads;
using Worker.Demo;
using Worker.Hosting;
using Worker.Learning.Examples;
using Worker.Terminal;
using Worker.Texts;
using Worker.Verbs;

namespace Worker.Measuring;

/// <summary>Texts to measure with: the sample inbox, or a person's own.</summary>
internal static class BenchData
{
    /// <summary>So many texts, repeating what there is.</summary>
    public static IReadOnlyList<byte[]> Texts(string? path, int count)
    {
        var texts = path is null ? [.. Samples("train").Texts, .. Samples("test").Texts] : DemoTexts.Read(path);
        return [.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes(texts[i % texts.Count]))];
    }

    /// <summary>The sample inbox's train or test part.</summary>
    public static DataSet Samples(string part)
    {
        var path = Path.Combine(Path.GetDirectoryName(ModelOptions.DefaultFolder())!, "..", "..", "samples", "inbox", part + ".jsonl");
        return File.Exists(path) ? DataSet.Read(path) : throw new UserError($"{Path.GetFullPath(path)} is not there: run from the checkout (eng/worker bench), or name texts with --data");
    }

    /// <summary>So many heads with random weights: speed does not depend on what they know.</summary>
    public static IReadOnlyList<Head> RandomHeads(LoadedEncoder loaded, int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(i => new Head
        {
            Label = $"label-{i:D3}",
            Version = 1,
            Encoder = loaded.Encoder.Hash,
            Feature = loaded.Encoder.Features.Features[0].Name,
            Weights = [.. Enumerable.Range(0, loaded.Encoder.Features.Features[0].Width).Select(_ => (float)(random.NextDouble() - 0.5))],
            Bias = -3,
        })];
    }

    /// <summary>The command line's encoder with another arithmetic; auto for the command line's own.</summary>
    public static EncoderSection Section(ModelOptions model, System.CommandLine.ParseResult parsed, string bundle, string precision)
    {
        var section = model.Section(parsed, bundle);
        if (precision != "auto")
            section.Precision = precision;
        return section;
    }
}
