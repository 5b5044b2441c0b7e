using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Examples;
using Worker.Learning.Reading;
using Worker.Terminal;

namespace Worker.Training;

/// <summary>What <c>train --describe</c> is given: labels in words, and texts with labels or without.</summary>
/// <param name="Labels">What labels mean.</param>
/// <param name="Labelled">Files with answers.</param>
/// <param name="Stream">Texts of the files without.</param>
internal sealed record DescribedLabels(
    SortedDictionary<string, LabelDescription> Labels, IReadOnlyList<string> Labelled, IReadOnlyList<string> Stream)
{
    /// <summary>Reads them.</summary>
    /// <param name="path">Of the descriptions.</param>
    /// <param name="data">Files of texts.</param>
    /// <exception cref="ExampleFormatException">A file is not what it should be.</exception>
    public static DescribedLabels Read(string path, IReadOnlyList<string> data, ReadingOptions options)
    {
        var labels = DescriptionFile.Read(path);
        var byKind = data.ToLookup(file => ExampleFile.ReadIfLabelled(file, options) is not null);
        var described = new DescribedLabels(
            labels, [.. byKind[true]], [.. byKind[false].SelectMany(file => TextFile.Read(file, options))]);
        if (labels.Count == 1 && data.Count == 0)
            throw new ExampleFormatException(
                $"{path} describes one label only, which has nothing to be told apart from: name texts of the stream " +
                "with --data, or describe other labels too");
        return described;
    }

    /// <summary>Those labels that have no head yet.</summary>
    public DescribedLabels Without(IReadOnlyList<Head> heads)
    {
        var rest = new SortedDictionary<string, LabelDescription>(Labels, StringComparer.Ordinal);
        foreach (var head in heads)
            rest.Remove(head.Label);
        return this with { Labels = rest };
    }

    /// <summary>Makes heads from the descriptions, and says so.</summary>
    /// <param name="texts">Of the labelled files.</param>
    public IReadOnlyList<Head> Train(
        LoadedEncoder loaded, IReadOnlyList<string> texts, int seed, CancellationToken stop)
    {
        if (Labels.Count == 0)
            return [];
        var heads = DescribedTraining.Train(loaded, Labels, [.. Stream, .. texts], seed, stop);
        var shown = string.Join(", ", heads.Take(5).Select(head => $"'{head.Label}'")) + (heads.Count > 5 ? ", …" : "");
        Remarks.Write(
            $"{heads.Count} heads are made from descriptions ({shown}): they decide nothing, people are asked first " +
            "about what they rank high");
        return heads;
    }
}
