using System.Globalization;

namespace Worker.Learning.Examples;

/// <summary>Removes useless and contradictory answers from a data set, and says so.</summary>
internal static class DataCleaning
{
    /// <summary>Maximum number of texts shown in a remark.</summary>
    private const int Shown = 3;

    /// <summary>If fewer than this share of the texts are distinct, a remark says how many are.</summary>
    private const double FewDistinct = 0.9;

    /// <summary>
    /// The data set without empty texts. If the same text has different answers for a label, all its rows get the
    /// majority's answer; with a tie these answers are left out. Everything else stays.
    /// </summary>
    /// <param name="data">As read.</param>
    /// <param name="remarks">What was left out or changed, where and what to do; empty if nothing was.</param>
    public static DataSet Clean(DataSet data, out IReadOnlyList<string> remarks)
    {
        var found = new List<string>();
        remarks = found;
        var kept = Enumerable.Range(0, data.Texts.Count).Where(row => !string.IsNullOrWhiteSpace(data.Texts[row]))
            .ToArray();
        if (kept.Length < data.Texts.Count)
            found.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{data.Texts.Count - kept.Length} of {data.Texts.Count} texts are empty: left out"));

        var part = data.Part(kept);
        var values = new sbyte[checked(kept.Length * data.Labels.Length)];
        for (var row = 0; row < kept.Length; row++)
            part.Answers.Row(row).CopyTo(values.AsSpan(row * data.Labels.Length));
        var contradictions = new List<Contradiction>();
        foreach (var same in Enumerable.Range(0, kept.Length).GroupBy(row => part.Texts[row], StringComparer.Ordinal)
            .Where(rows => rows.Skip(1).Any()))
            contradictions.AddRange(Settle([.. same], part, values));
        found.AddRange(Remarks(contradictions));
        var clean = part.WithAnswers(new AnswerMatrix(kept.Length, data.Labels.Length, values));
        if (clean.Groups.Count < FewDistinct * kept.Length)
            found.Add(string.Create(CultureInfo.InvariantCulture,
                $"{clean.Groups.Count} of {kept.Length} texts are distinct: copies and near-copies stay on one side " +
                $"of every split and count as one text of evidence"));
        return clean;
    }

    /// <summary>Remarks of a kind as a few lines: the first and how many more.</summary>
    public static IEnumerable<string> Summary(IReadOnlyList<string> remarks) =>
        remarks.Count <= Shown ? remarks
            : [.. remarks.Take(Shown),
            string.Create(CultureInfo.InvariantCulture, $"... and {remarks.Count - Shown} more such remarks")];

    /// <summary>Makes the answers of one text's rows agree, for each label.</summary>
    private static IEnumerable<Contradiction> Settle(int[] rows, DataSet data, sbyte[] values)
    {
        for (var label = 0; label < data.Labels.Length; label++)
        {
            var cells = rows.Select(row => row * data.Labels.Length + label)
                .Where(cell => values[cell] != AnswerMatrix.Unknown).ToArray();
            var yes = cells.Count(cell => values[cell] == AnswerMatrix.Yes);
            if (yes == 0 || yes == cells.Length)
                continue;
            var found = new Contradiction(data.Labels[label], data.Texts[rows[0]], yes, cells.Length - yes);
            foreach (var cell in cells)
                values[cell] = found.Settled;
            yield return found;
        }
    }

    private static IEnumerable<string> Remarks(List<Contradiction> contradictions)
    {
        var settled = contradictions.Where(c => c.Settled != AnswerMatrix.Unknown).ToArray();
        if (settled.Length > 0)
            yield return $"{Times(settled.Length)} the same text is answered both yes and no for a label: the answer " +
                $"that most of its copies have is kept, correct the others ({settled[0]})";
        var tied = contradictions.Where(c => c.Settled == AnswerMatrix.Unknown).ToArray();
        if (tied.Length > 0)
            yield return $"{Times(tied.Length)} the same text is answered yes as often as no for a label: these " +
                $"answers are left out, correct one of them ({tied[0]})";
    }

    private static string Times(int count) =>
        count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");

    /// <summary>A text with both answers to a label.</summary>
    private sealed record Contradiction(string Label, string Text, int Yes, int No)
    {
        public sbyte Settled => Yes > No ? AnswerMatrix.Yes : Yes < No ? AnswerMatrix.No : AnswerMatrix.Unknown;

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"label '{Label}', {Quoted(Text)}: {Yes} yes, {No} no");

        private static string Quoted(string text) => text.Length <= 60 ? $"\"{text}\"" : $"\"{text[..57]}...\"";
    }
}
