using System.Data.Common;

namespace Worker.Store.Database;

/// <summary>Times in rows, which are ms since 1970.</summary>
internal static class RowTimes
{
    public static DateTimeOffset Time(this DbDataReader row, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));
}
