using System.Text;
using System.Text.Json;
using Worker.Core.Answers;
using Worker.Learning.Examples;
using Worker.Learning.Reading;
using Worker.Store.Examples;
using Worker.Terminal;

namespace Worker.Learner;

/// <summary>Answers from a file: label events, one JSON object a line, or labelled texts of any form.</summary>
internal static class AnswerFile
{
    /// <summary>Fields that label events have and labelled texts do not: one that exports write always.</summary>
    private static readonly string[] EventFields = ["at", "withdraws"];

    /// <summary>Reads them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="by">Who answered, for labelled texts.</param>
    /// <param name="options">How labelled texts are read.</param>
    /// <param name="now">When the answers of labelled texts were given.</param>
    /// <exception cref="ExampleFormatException">A line is no event, or the file no labelled texts.</exception>
    public static IEnumerable<LabelEvent> Read(string path, string by, ReadingOptions options, DateTimeOffset now) =>
        IsOfEvents(path) ? Events(path, now) : Labelled(path, by, options, now);

    /// <summary>What is known of one text of a data set.</summary>
    public static LabelAnswer[] Answers(DataSet data, int row) =>
        [.. data.Labels.Select((label, column) => (label, Answer: data.Answers[row, column]))
            .Where(one => one.Answer != AnswerMatrix.Unknown)
            .Select(one => new LabelAnswer(one.label, one.Answer == AnswerMatrix.Yes ? 1 : 0))];

    private static bool IsOfEvents(string path)
    {
        try
        {
            using var first = JsonDocument.Parse(File.ReadLines(path).FirstOrDefault(line => line.Length > 0) ?? "");
            var root = first.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && EventFields.Any(field => root.TryGetProperty(field, out _))
                && (!root.TryGetProperty("labels", out var labels) || labels.ValueKind == JsonValueKind.Object);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<LabelEvent> Events(string path, DateTimeOffset now)
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            LabelEvent one;
            try
            {
                one = LabelEventJson.Read(Encoding.UTF8.GetBytes(line), $"import-{TextKey.Of(line)}", now);
            }
            catch (LabelEventException refused)
            {
                throw new ExampleFormatException([$"{path}, line {number}: {refused.Message}"], 1);
            }
            yield return one is { Text: null, Withdraws: null }
                ? throw new ExampleFormatException(
                    [$"{path}, line {number}: names a message alone: add its \"text\", which only Kafka knows"], 1)
                : one;
        }
    }

    private static IEnumerable<LabelEvent> Labelled(
        string path, string by, ReadingOptions options, DateTimeOffset now)
    {
        var data = DataCleaning.Clean(ExampleFile.Read([path], options, Remarks.Write), out var remarks);
        Remarks.Write(DataCleaning.Summary(remarks));
        for (var row = 0; row < data.Texts.Count; row++)
        {
            var answers = Answers(data, row);
            if (answers.Length > 0)
                yield return new LabelEvent
                {
                    // The same line of the same person is the same event, however often the file is imported.
                    Id = "import-" + TextKey.Of(
                        $"{by}\n{data.Texts[row]}\n{string.Join('\n', answers.Select(a => $"{a.Label}={a.Value}"))}"),
                    At = now,
                    Text = data.Texts[row],
                    By = by,
                    Source = "import",
                    Answers = answers,
                };
        }
    }
}
