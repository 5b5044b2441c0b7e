using System.Data.Common;

namespace Worker.Store.Examples;

/// <summary>How a label stands. Counts are of texts, by what counts for them now.</summary>
/// <param name="Positives">Texts that have it.</param>
/// <param name="Negatives">Texts that have not.</param>
/// <param name="Weak">Texts with a score between.</param>
/// <param name="Blind">Texts with an answer that was given without seeing a score.</param>
/// <param name="Disputed">Texts that people disagree about.</param>
/// <param name="LastAnswer">When the last answer was given; null before the first.</param>
/// <param name="Pending">Texts whose answer changed since the last fit.</param>
/// <param name="PendingSince">When the first of them was recorded; null when there is none.</param>
/// <param name="Fitted">The change up to which examples were read for the last fit; 0 before the first.</param>
/// <param name="FittedAt">When that was; null before the first.</param>
/// <param name="Description">In words; null when nobody gave one.</param>
/// <param name="IsAsked">Whether somebody asked for a training now.</param>
internal sealed record LabelState(
    long Id, string Name, long Positives, long Negatives, long Weak, long Blind, long Disputed,
    DateTimeOffset? LastAnswer, long Pending, DateTimeOffset? PendingSince, long Fitted, DateTimeOffset? FittedAt,
    string? Description, bool IsAsked)
{
    internal static LabelState Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
        row.GetInt64(6), Time(row.GetInt64(7)), row.GetInt64(8), row.GetInt64(8) == 0 ? null : Time(row.GetInt64(9)),
        row.GetInt64(10), Time(row.GetInt64(11)), row.IsDBNull(12) ? null : row.GetString(12),
        row.GetInt64(13) != 0);

    private static DateTimeOffset? Time(long milliseconds) =>
        milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
