using Microsoft.Extensions.Time.Testing;
using Worker.Core.Answers;
using Worker.Store.Examples;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Worker.Store.Tests;

/// <summary>Which database a test runs on: every promise is kept by both.</summary>
public enum Kind
{
    Sqlite,
    Postgres,
}

/// <summary>An empty store of a kind, and further views of the same one.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly TemporaryFolder folder = Repository.Temporary();
    private readonly List<LearningStore> opened = [];

    public TestStore(Kind kind, PostgresServer postgres, Agreement agreement = Agreement.Majority)
    {
        Options = new StoreOptions
        {
            Path = folder.File("store.db"),
            Postgres = kind == Kind.Postgres ? postgres.NewDatabase() : "",
            Agreement = agreement,
        };
        Store = Open();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 29, 10, 0, 0, TimeSpan.Zero));

    public StoreOptions Options { get; }

    public LearningStore Store { get; }

    /// <summary>The same store as another process sees it.</summary>
    public LearningStore Open()
    {
        opened.Add(LearningStore.Open(Options, Clock));
        return opened[^1];
    }

    /// <summary>Records events that come from nowhere in particular.</summary>
    public BatchReport Record(params LabelEvent[] events) => Store.Examples.Record(new LabelBatch(events, []));

    /// <summary>An event of one label.</summary>
    public LabelEvent Event(string id, string text, string label, double? value, string by = "anna") => new()
    {
        Id = id,
        At = Clock.GetUtcNow(),
        Text = text,
        By = by,
        Answers = [new LabelAnswer(label, value)],
    };

    public LabelState Label(string name) => Store.Examples.Labels().Single(label => label.Name == name);

    /// <summary>Text to value of a label's examples.</summary>
    public Dictionary<string, double> Answers(string label)
    {
        var examples = Store.Examples.Examples([Label(label).Id]);
        var texts = Store.Examples.Texts(examples.Select(example => example.Text));
        return examples.ToDictionary(example => texts[example.Text], example => example.Value, StringComparer.Ordinal);
    }

    public void Dispose()
    {
        foreach (var store in opened)
            store.Dispose();
        folder.Dispose();
    }
}
