using System.Collections.Immutable;

namespace Worker.Learning.Examples;

/// <summary>Texts, the labels that any of them names, and the answers: row i is text i, column j is label j.</summary>
internal sealed class DataSet
{
    private readonly Lazy<TextGroups> groups;

    /// <param name="texts">The texts.</param>
    /// <param name="labels">Label names, each once.</param>
    /// <param name="answers">[texts, labels].</param>
    public DataSet(IReadOnlyList<string> texts, ImmutableArray<string> labels, AnswerMatrix answers)
    {
        if (answers.Rows != texts.Count || answers.Labels != labels.Length)
            throw new ArgumentException(
                $"answers are [{answers.Rows}, {answers.Labels}], there are {texts.Count} texts and {labels.Length} " +
                "labels", nameof(answers));
        if (labels.Distinct(StringComparer.Ordinal).Count() != labels.Length)
            throw new ArgumentException($"a label is named twice in: {string.Join(", ", labels)}", nameof(labels));
        Texts = texts;
        Labels = labels;
        Answers = answers;
        groups = new Lazy<TextGroups>(() => TextGroups.Of(texts));
    }

    /// <summary>For texts whose groups are already known, or will be.</summary>
    private DataSet(IReadOnlyList<string> texts, ImmutableArray<string> labels, AnswerMatrix answers,
        Lazy<TextGroups> groups)
        : this(texts, labels, answers) => this.groups = groups;

    public IReadOnlyList<string> Texts { get; }

    /// <summary>Which texts are copies or near-copies of each other; found when first asked for.</summary>
    public TextGroups Groups => groups.Value;

    /// <summary>In ordinal order when read from a file.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>Where each text is from, null if not given; or null if no text gives it.</summary>
    public IReadOnlyList<string?>? Sources { get; init; }

    /// <summary>[Texts, Labels].</summary>
    public AnswerMatrix Answers { get; }

    /// <summary>
    /// Gathers examples. The labels are all that any example names, in ordinal order; a closed example answers no to
    /// those it does not list.
    /// </summary>
    /// <param name="examples">Enumerated once.</param>
    /// <param name="source">Its name in error messages, e.g. the file's path.</param>
    /// <exception cref="ExampleFormatException">No example, or none that names a label.</exception>
    public static DataSet From(IEnumerable<LabelledText> examples, string source)
    {
        var all = examples.ToList();
        if (all.Count == 0)
            throw new ExampleFormatException([$"{source} has no examples"], 1);
        ImmutableArray<string> labels =
            [.. all.SelectMany(e => e.Labels.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (labels.Length == 0)
            throw new ExampleFormatException(
                [$"{source} has {all.Count} texts and names no label: answer at least one, e.g. \"labels\": " +
                    $"{{\"spam\": 1}}"], 1);

        var values = new sbyte[checked(all.Count * labels.Length)];
        for (var row = 0; row < all.Count; row++)
        {
            var answers = values.AsSpan(row * labels.Length, labels.Length);
            answers.Fill(all[row].Closed ? AnswerMatrix.No : AnswerMatrix.Unknown);
            foreach (var (label, answer) in all[row].Labels)
                answers[labels.BinarySearch(label, StringComparer.Ordinal)] = answer
                    ? AnswerMatrix.Yes
                    : AnswerMatrix.No;
        }
        return new DataSet([.. all.Select(e => e.Text)], labels, new AnswerMatrix(all.Count, labels.Length, values))
        {
            Sources = all.Exists(e => e.Source is not null) ? [.. all.Select(e => e.Source)] : null,
        };
    }

    /// <summary>
    /// Several data sets as one: their texts one after the other, all their labels in ordinal order. Answers that a set
    /// does not have stay unknown, even if its own lists of labels are complete, because they are complete only for its
    /// own labels.
    /// </summary>
    public static DataSet Join(IReadOnlyList<DataSet> sets)
    {
        ImmutableArray<string> labels =
            [.. sets.SelectMany(set => set.Labels).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var values = new sbyte[checked(sets.Sum(set => set.Texts.Count) * labels.Length)];
        var row = 0;
        foreach (var set in sets.Select(set => set.WithLabels(labels)))
            for (var text = 0; text < set.Texts.Count; text++, row++)
                set.Answers.Row(text).CopyTo(values.AsSpan(row * labels.Length));
        return new DataSet([.. sets.SelectMany(set => set.Texts)], labels, new AnswerMatrix(row, labels.Length, values))
        {
            Sources = sets.Any(set => set.Sources is not null)
                ? [.. sets.SelectMany(set => set.Sources ?? new string?[set.Texts.Count])]
                : null,
        };
    }

    /// <summary>
    /// The same texts with other columns: those of labels it has keep their answers, any other label is unknown for
    /// every text. For evaluating heads whose labels are not exactly the file's.
    /// </summary>
    public DataSet WithLabels(IReadOnlyList<string> labels)
    {
        var columns = labels.Select(label => Labels.IndexOf(label, 0, Labels.Length, StringComparer.Ordinal)).ToArray();
        var values = new sbyte[checked(Texts.Count * labels.Count)];
        for (var row = 0; row < Texts.Count; row++)
            for (var column = 0; column < columns.Length; column++)
                values[row * columns.Length + column] = columns[column] < 0
                    ? AnswerMatrix.Unknown
                    : Answers[row, columns[column]];
        return new DataSet(Texts, [.. labels], new AnswerMatrix(Texts.Count, labels.Count, values),
            groups)
        { Sources = Sources };
    }

    /// <summary>The same texts and labels with other answers.</summary>
    /// <param name="answers">[Texts, Labels].</param>
    public DataSet WithAnswers(AnswerMatrix answers) => WithAnswers(Labels, answers);

    /// <summary>The same texts with other labels and answers.</summary>
    /// <param name="answers">[Texts, labels].</param>
    public DataSet WithAnswers(ImmutableArray<string> labels, AnswerMatrix answers) =>
        new(Texts, labels, answers, groups) { Sources = Sources };

    /// <summary>Some of the texts, in the order given.</summary>
    public DataSet Part(IReadOnlyList<int> rows)
    {
        var values = new sbyte[checked(rows.Count * Labels.Length)];
        for (var row = 0; row < rows.Count; row++)
            Answers.Row(rows[row]).CopyTo(values.AsSpan(row * Labels.Length));
        return new DataSet(
            [.. rows.Select(row => Texts[row])], Labels, new AnswerMatrix(rows.Count, Labels.Length, values),
                new Lazy<TextGroups>(() => Groups.Part(rows)))
        {
            Sources = Sources is null ? null : [.. rows.Select(row => Sources[row])],
        };
    }
}
