using System.Globalization;

namespace Worker.Learning.Examples;

/// <summary>Takes out of a data set what would teach nothing or contradict itself, and says so.</summary>
public static class DataCleaning
{
    /// <summary>At most so many of the texts are shown in a remark.</summary>
    private const int Shown = 3;

    /// <summary>
    /// The data set without empty texts, and without the answers to a label that the same text has once as yes and once as
    /// no. Everything else stays.
    /// </summary>
    /// <param name="data">As read.</param>
    /// <param name="remarks">What was left out, where and what to do; empty when nothing was.</param>
    public static DataSet Clean(DataSet data, out IReadOnlyList<string> remarks)
    {
        var said = new List<string>();
        remarks = said;
        var kept = Enumerable.Range(0, data.Texts.Count).Where(row => !string.IsNullOrWhiteSpace(data.Texts[row])).ToArray();
        if (kept.Length < data.Texts.Count)
            said.Add(string.Create(CultureInfo.InvariantCulture, $"{data.Texts.Count - kept.Length} of {data.Texts.Count} texts are empty: left out"));

        var values = new sbyte[checked(kept.Length * data.Labels.Length)];
        for (var row = 0; row < kept.Length; row++)
            data.Answers.Row(kept[row]).CopyTo(values.AsSpan(row * data.Labels.Length));
        var texts = kept.Select(row => data.Texts[row]).ToArray();
        foreach (var same in Enumerable.Range(0, texts.Length).GroupBy(row => texts[row], StringComparer.Ordinal).Where(rows => rows.Skip(1).Any()))
            Contradictions(same.Key, [.. same], data, values, said);
        return new DataSet(texts, data.Labels, new AnswerMatrix(texts.Length, data.Labels.Length, values));
    }

    private static void Contradictions(string text, int[] rows, DataSet data, sbyte[] values, List<string> said)
    {
        for (var label = 0; label < data.Labels.Length; label++)
        {
            var cells = rows.Select(row => row * data.Labels.Length + label).ToArray();
            if (!cells.Any(cell => values[cell] == AnswerMatrix.Yes) || !cells.Any(cell => values[cell] == AnswerMatrix.No))
                continue;
            foreach (var cell in cells)
                values[cell] = AnswerMatrix.Unknown;
            said.Add($"label '{data.Labels[label]}' is answered both yes and no for the same text, {Quoted(text)}: these answers are left out, correct one of them");
        }
    }

    private static string Quoted(string text) => text.Length <= 60 ? $"\"{text}\"" : $"\"{text[..57]}...\"";

    /// <summary>Remarks of a kind as a few lines: the first and how many more.</summary>
    public static IEnumerable<string> Summary(IReadOnlyList<string> remarks) =>
        remarks.Count <= Shown ? remarks : [.. remarks.Take(Shown), string.Create(CultureInfo.InvariantCulture, $"... and {remarks.Count - Shown} more such remarks")];
}
