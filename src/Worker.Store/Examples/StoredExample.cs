using System.Data.Common;
using Worker.Store.Database;

namespace Worker.Store.Examples;

/// <summary>What counts for one text and label.</summary>
/// <param name="Value">1 for yes, 0 for no, between them a weak score.</param>
/// <param name="IsBlind">Whether somebody answered without seeing a score.</param>
/// <param name="Propensity">Of the random audit that the text was drawn for; null when it was not.</param>
/// <param name="At">When the last answer was given.</param>
/// <param name="Change">Number of the change that recorded it.</param>
internal readonly record struct StoredExample(
    long Label, long Text, double Value, bool IsBlind, double? Propensity, DateTimeOffset At, long Change)
{
    /// <summary>
    /// How many texts of the stream it stands for: one that was drawn at random for all that were not, one that was
    /// asked about on purpose for itself.
    /// </summary>
    public double Weight => 1 / (Propensity ?? 1);

    internal static StoredExample Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetDouble(2), row.GetInt64(3) != 0,
        row.IsDBNull(4) ? null : row.GetDouble(4), row.Time(5),
        row.GetInt64(6));
}
