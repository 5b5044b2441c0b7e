using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Worker.Learning.Examples;

/// <summary>
/// Whether exactly one of a data set's labels holds for every text, for example if each text has one class.
/// </summary>
internal static class ExclusiveLabels
{
    /// <summary>
    /// Up to this share of the texts may have unknown answers (for example texts that are labelled in two ways); the
    /// others are still enough.
    /// </summary>
    private const double Unanswered = 0.05;

    /// <summary>
    /// Whether the data show it: there are at least two labels, no text has two of them, nearly all texts are fully
    /// answered, and each of these has one label.
    /// </summary>
    public static bool Hold(DataSet data)
    {
        if (data.Labels.Length < 2)
            return false;
        var unanswered = 0;
        for (var row = 0; row < data.Answers.Rows; row++)
        {
            var answers = data.Answers.Row(row);
            var (yes, open) = (answers.Count(AnswerMatrix.Yes), answers.Contains(AnswerMatrix.Unknown));
            if (yes > 1 || yes == 0 && !open)
                return false;
            unanswered += open ? 1 : 0;
        }
        return unanswered <= Unanswered * data.Answers.Rows;
    }

    /// <summary>The first text that has two of the labels; null if there is none.</summary>
    /// <param name="labels">Those to look at; others count as absent.</param>
    public static (int Row, string One, string Other)? Violation(DataSet data, IReadOnlyList<string> labels)
    {
        var columns = labels.Select(label => data.Labels.IndexOf(label)).Where(column => column >= 0).ToArray();
        for (var row = 0; row < data.Answers.Rows; row++)
        {
            var having = columns.Where(column => data.Answers[row, column] == AnswerMatrix.Yes).Take(2).ToArray();
            if (having.Length == 2)
                return (row, data.Labels[having[0]], data.Labels[having[1]]);
        }
        return null;
    }

    /// <summary>
    /// The name of the group that these labels form; it is always the same for the same labels: <c>one-of-1a2b3c4d</c>.
    /// </summary>
    public static string Name(IEnumerable<string> labels)
    {
        var joined = string.Join('\n', labels.Order(StringComparer.Ordinal));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(joined));
        return string.Create(CultureInfo.InvariantCulture, $"one-of-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}");
    }
}
