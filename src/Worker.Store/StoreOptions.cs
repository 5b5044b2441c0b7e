using System.ComponentModel.DataAnnotations;
using Worker.Core.Answers;

namespace Worker.Store;

/// <summary>Where answers, features and heads are kept. Section "Store".</summary>
internal sealed class StoreOptions
{
    /// <summary>The file of the embedded store (SQLite), for one learner. Default worker.db in this folder.</summary>
    public string Path { get; set; } = "worker.db";

    /// <summary>
    /// A Postgres database in place of the file, for any number of learners: Npgsql's connection string, such as
    /// Host=db;Database=worker;Username=worker;Password=... Empty (the default) for the file.
    /// </summary>
    public string Postgres { get; set; } = "";

    /// <summary>
    /// What counts where people disagree about a text: what most say (Majority, the default), or what was said last
    /// (Latest).
    /// </summary>
    [EnumDataType(typeof(Agreement))]
    public Agreement Agreement { get; set; } = Agreement.Majority;

    /// <summary>
    /// Days after which a text is erased, with its answers and features. Default 0: never. Range 0 to 36,500.
    /// </summary>
    [Range(0, 36_500)]
    public int RetentionDays { get; set; }
}
