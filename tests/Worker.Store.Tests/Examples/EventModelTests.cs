using FsCheck.Fluent;
using Worker.Core.Answers;
using Worker.Store.Examples;

namespace Worker.Store.Tests.Examples;

/// <summary>
/// Whatever is said, in whatever order and batches it arrives, and however often, the store ends where a plain reading
/// of the set of events does.
/// </summary>
public class EventModelTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Texts = ["one text", "another text", "a third"];
    private static readonly string[] Labels = ["refund", "angry"];

    [Theory]
    [InlineData(Kind.Sqlite, Agreement.Majority, 60)]
    [InlineData(Kind.Sqlite, Agreement.Latest, 30)]
    [InlineData(Kind.Postgres, Agreement.Majority, 15)]
    [InlineData(Kind.Postgres, Agreement.Latest, 5)]
    public void The_store_ends_where_the_set_of_events_does(Kind kind, Agreement agreement, int tries)
    {
        var rounds = Gen.Choose(0, int.MaxValue).Select(seed => new Random(seed));
        foreach (var random in Gen.Sample(rounds, tries))
        {
            using var test = new TestStore(kind, postgres, agreement);
            var events = Events(random);
            var arriving = events.Concat(events.Where(_ => random.Next(4) == 0)).ToArray();
            random.Shuffle(arriving);
            foreach (var batch in arriving.Chunk(random.Next(1, 6)))
                test.Record(batch);
            Compare(test, events, agreement);
            // What is exported makes the same store.
            using var copy = new TestStore(kind, postgres, agreement);
            copy.Record([.. test.Store.Export.Read()]);
            Compare(copy, events, agreement);
        }
    }

    [Fact]
    public void Two_learners_that_record_at_once_end_there_too()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            using var test = new TestStore(Kind.Postgres, postgres);
            var events = Events(new Random(seed), 80);
            Parallel.ForEach(new[] { 0, 1 }, half =>
            {
                var store = half == 0 ? test.Store : test.Open();
                foreach (var batch in events.Where((_, i) => i % 2 == half).Chunk(3))
                    store.Examples.Record(new LabelBatch(batch, []));
            });
            Compare(test, events, Agreement.Majority);
        }
    }

    private static LabelEvent[] Events(Random random, int count = 25) =>
        [.. Enumerable.Range(0, count).Select(i => random.Next(5) == 0
            ? new LabelEvent { Id = $"e{i}", At = Time(random), Withdraws = $"e{random.Next(count)}" }
            : new LabelEvent
            {
                Id = $"e{i}",
                At = Time(random),
                Text = Texts[random.Next(Texts.Length)],
                By = random.Next(3) switch { 0 => "anna", 1 => "ben", _ => "" },
                IsBlind = random.Next(3) == 0 ? true : null,
                Answers = [.. Labels.Where((_, label) => label == i % 2 || random.Next(2) == 0).Select(label =>
                    new LabelAnswer(label, random.Next(5) switch { 0 => null, 1 => 0.25, 2 or 3 => 1, _ => 0 }))],
            })];

    private static DateTimeOffset Time(Random random) => Start.AddSeconds(random.Next(10));

    private static void Compare(TestStore test, LabelEvent[] events, Agreement agreement)
    {
        var withdrawn = events.Select(one => one.Withdraws).ToHashSet(StringComparer.Ordinal);
        foreach (var label in test.Store.Examples.Labels())
        {
            var resolved = Texts.Select(text => (Text: text, Resolved: Resolution.Of(
                [.. from one in events where one.Text == text && !withdrawn.Contains(one.Id)
                    from answer in one.Answers where answer.Label == label.Name
                    select new GivenAnswer(one.Id, one.By, one.At, answer.Value, one.IsBlind == true, null)],
                agreement))).ToArray();
            var expected = resolved.Where(one => one.Resolved.Value is not null)
                .ToDictionary(one => one.Text, one => one.Resolved.Value!.Value, StringComparer.Ordinal);
            Assert.Equal(expected, test.Answers(label.Name));
            Assert.Equal(expected.Values.Count(value => value == 1), label.Positives);
            Assert.Equal(expected.Values.Count(value => value == 0), label.Negatives);
            Assert.Equal(expected.Values.Count(value => value is > 0 and < 1), label.Weak);
            Assert.Equal(resolved.Count(one => one.Resolved.IsDisputed), label.Disputed);
            Assert.Equal(resolved.Count(one => one.Resolved.IsBlind), label.Blind);
        }
    }
}
