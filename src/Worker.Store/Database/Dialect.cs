using System.Data.Common;

namespace Worker.Store.Database;

/// <summary>Where the two databases differ.</summary>
internal abstract class Dialect
{
    /// <summary>A key that numbers itself.</summary>
    public abstract string Identity { get; }

    /// <summary>Bytes.</summary>
    public abstract string Blob { get; }

    /// <summary>Double precision.</summary>
    public abstract string Real { get; }

    /// <summary>
    /// SQL that stands for rows as a table of the name <c>rows</c>; adds the parameters that it needs.
    /// </summary>
    public abstract string Table(RowSet rows, DbCommand command);
}
