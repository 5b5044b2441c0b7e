using Microsoft.Data.Sqlite;
using Worker.Store.Database;

namespace Worker.Store.Tests.Database;

public class SchemaTests(PostgresServer postgres)
{
    [Theory, EachKind]
    public void A_store_keeps_what_it_has_when_it_is_opened_again(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "a text", "refund", 1));
        Assert.Equal("refund", Assert.Single(test.Open().Examples.Labels()).Name);
    }

    [Fact]
    public void Workers_that_start_at_once_make_the_tables_once()
    {
        var options = new StoreOptions { Postgres = postgres.NewDatabase() };
        Parallel.For(0, 4, _ => LearningStore.Open(options, TimeProvider.System).Dispose());
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused()
    {
        using var test = new TestStore(Kind.Sqlite, postgres);
        using (var connection = new SqliteConnection($"Data Source={test.Options.Path}"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO schema_steps (step) VALUES (99)";
            command.ExecuteNonQuery();
        }
        var refused = Assert.Throws<StoreException>(() => test.Open());
        Assert.Contains("was written by a newer version (schema 99", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_store_and_a_place_that_cannot_be_written_are_named()
    {
        using var folder = Repository.Temporary();
        File.WriteAllText(folder.File("notes.txt"), "these are notes, and long enough to be no database header at all");
        var refused = Assert.Throws<StoreException>(() =>
            LearningStore.Open(new StoreOptions { Path = folder.File("notes.txt") }, TimeProvider.System));
        Assert.Contains("notes.txt' cannot be opened", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<StoreException>(() =>
            LearningStore.Open(new StoreOptions { Path = folder.File("notes.txt/x.db") }, TimeProvider.System));
        Assert.Contains("name a file in a folder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_not_there_is_away_and_a_wrong_string_is_told_without_its_password()
    {
        Assert.Throws<StoreAwayException>(() => LearningStore.Open(
            new StoreOptions { Postgres = "Host=127.0.0.1;Port=1;Username=x;Timeout=2" }, TimeProvider.System));
        var refused = Assert.Throws<StoreException>(() => LearningStore.Open(
            new StoreOptions { Postgres = "Host=x;Passwort=secret123" }, TimeProvider.System));
        Assert.DoesNotContain("secret123", refused.Message, StringComparison.Ordinal);
    }
}
