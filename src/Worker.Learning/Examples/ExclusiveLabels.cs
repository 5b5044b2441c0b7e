using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Worker.Learning.Examples;

/// <summary>
/// Whether exactly one of a data set's labels holds for every text, as where each text has one class.
/// </summary>
internal static class ExclusiveLabels
{
    /// <summary>
    /// So large a share of the texts may have unknown answers, e.g. those of a text that is labelled in two ways, and
    /// the others still tell.
    /// </summary>
    private const double Unanswered = 0.05;

    /// <summary>
    /// Whether the data say so: two labels or more, no text with two of them, and each text that is fully answered,
    /// which nearly all are, has one.
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

    /// <summary>The first text that has two of the labels; null when there is none.</summary>
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
    /// The name of the group that these labels form, the same wherever and whenever it is made: <c>one-of-1a2b3c4d</c>.
    /// </summary>
    public static string Name(IEnumerable<string> labels)
    {
        var joined = string.Join('\n', labels.Order(StringComparer.Ordinal));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(joined));
        return string.Create(CultureInfo.InvariantCulture, $"one-of-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}");
    }
}
