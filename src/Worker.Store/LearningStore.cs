using Worker.Store.Database;
using Worker.Store.Examples;
using Worker.Store.Features;
using Worker.Store.Heads;
using Worker.Store.Ownership;
using Worker.Store.Questions;
using Worker.Store.Sending;

namespace Worker.Store;

/// <summary>
/// The store: what people said, what encoders say, which heads were made of it, and who works on what.
/// </summary>
internal sealed class LearningStore : IDisposable
{
    private readonly StoreDatabase database;
    private readonly TimeProvider clock;

    private LearningStore(StoreDatabase database, StoreOptions options, TimeProvider clock)
    {
        (this.database, this.clock) = (database, clock);
        Examples = new ExampleStore(database, options.Agreement, clock);
        Erasure = new Erasure(database, clock);
        Export = new EventExport(database);
        Features = new FeatureStore(database);
        Heads = new HeadStore(database, clock);
        Audits = new AuditStore(database);
        CanaryAudits = new CanaryAuditStore(database);
        Leases = new LeaseStore(database, $"{Environment.MachineName}/{Guid.NewGuid():N}", clock);
        Outbox = new Outbox(database);
        Intake = new QuestionIntake(database, clock);
        Figures = new QuestionFigures(database, clock);
        QuestionFeatures = new QuestionFeatures(database);
        ActionLog = new ActionLog(database, clock);
        SessionKeys = new SessionKeys(database);
    }

    /// <summary>Which one it is, for people; without secrets.</summary>
    public string Description => database.Description;

    public ExampleStore Examples { get; }

    public Erasure Erasure { get; }

    public EventExport Export { get; }

    public FeatureStore Features { get; }

    public HeadStore Heads { get; }

    public AuditStore Audits { get; }

    public CanaryAuditStore CanaryAudits { get; }

    public LeaseStore Leases { get; }

    public Outbox Outbox { get; }

    public QuestionIntake Intake { get; }

    public QuestionFigures Figures { get; }

    public QuestionFeatures QuestionFeatures { get; }

    public ActionLog ActionLog { get; }

    public SessionKeys SessionKeys { get; }

    /// <summary>The review queue.</summary>
    /// <param name="labelsTopic">Where its answers go.</param>
    public QuestionQueue Questions(string labelsTopic) => new(database, labelsTopic, clock);

    /// <summary>Opens the store, and makes or upgrades its tables.</summary>
    /// <exception cref="StoreAwayException">It does not answer now.</exception>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static LearningStore Open(StoreOptions options, TimeProvider clock)
    {
        StoreDatabase opened = options.Postgres.Length > 0
            ? new PostgresDatabase(options.Postgres)
            : new SqliteDatabase(options.Path);
        try
        {
            Schema.Upgrade(opened);
            return new LearningStore(opened, options, clock);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public void Dispose() => database.Dispose();
}
