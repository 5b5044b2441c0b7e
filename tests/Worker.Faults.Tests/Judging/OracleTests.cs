using FsCheck;
using FsCheck.Fluent;

namespace Worker.Faults.Tests.Judging;

/// <summary>The oracle finds every kind of violation, and nothing in a run without faults.</summary>
public class OracleTests
{
    private const int Messages = 40;

    [Fact]
    public void A_run_in_which_everything_came_out_once_and_in_order_is_clean() =>
        Assert.Empty(Judge(_ => { }).Violations);

    [Fact]
    public void A_message_that_came_out_nowhere_is_missing()
    {
        var verdict = Judge(outlets => outlets.RemoveAll(appearance => appearance.Id == 7));

        Assert.Equal(Breach.Missing, Assert.Single(verdict.Violations).Breach);
        Assert.Contains("message 7 (k1:2) at messages[1]@2", verdict.Violations[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_came_out_twice_is_doubled()
    {
        var verdict = Judge(outlets =>
            outlets.Add(outlets.Find(appearance => appearance.Id == 7)! with { Partition = 0, Offset = 1000 }));

        Assert.Equal(1, verdict.Count(Breach.Doubled));
    }

    [Fact]
    public void Every_double_is_found_whichever_message_it_is() =>
        Prop.ForAll(Gen.Choose(0, Messages - 1).ToArbitrary(), id =>
        Judge(outlets => outlets.Add(outlets.Find(appearance => appearance.Id == id)! with { Offset = 1000 }))
            .Count(Breach.Doubled) == 1).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_loss_is_found_whichever_message_it_is() =>
        Prop.ForAll(Gen.Choose(0, Messages - 1).ToArbitrary(), id =>
        Judge(outlets => outlets.RemoveAll(appearance => appearance.Id == id))
            .Count(Breach.Missing) == 1).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_results_in_the_wrong_order_are_found_by_partition_and_by_key()
    {
        // 4 and 7 are neighbours in partition 1 and of one key.
        var verdict = Judge(outlets =>
        {
            var (one, other) = (outlets.FindIndex(appearance => appearance.Id == 4),
                outlets.FindIndex(appearance => appearance.Id == 7));
            (outlets[one], outlets[other]) = (outlets[one] with { Offset = outlets[other].Offset },
                outlets[other] with { Offset = outlets[one].Offset });
        });

        Assert.Equal(2, verdict.Count(Breach.OutOfOrder));
        Assert.Equal(2, verdict.Violations.Count);
    }

    [Fact]
    public void A_good_message_among_the_dead_letters_is_found()
    {
        var verdict = Judge(outlets =>
        {
            var at = outlets.FindIndex(appearance => appearance.Id == 7);
            outlets[at] = outlets[at] with { Outlet = Outlet.DeadLetters, Failure = "InvalidUtf8", ValueIntact = true };
        });

        Assert.Equal(1, verdict.Count(Breach.WronglyDeadLettered));
        Assert.Single(verdict.Violations);
    }

    [Fact]
    public void A_message_with_a_result_and_a_dead_letter_is_found()
    {
        var verdict = Judge(
            outlets =>
                outlets.Add(
                    outlets.Find(appearance => appearance.Id == 7)! with
                    {
                        Outlet = Outlet.DeadLetters,
                        Offset = 1000,
                        ValueIntact = true,
                    }));

        Assert.Equal(1, verdict.Count(Breach.WronglyDeadLettered));
    }

    [Fact]
    public void A_poison_message_with_a_result_is_found()
    {
        var verdict = Judge(outlets =>
        {
            var at = outlets.FindIndex(appearance => appearance.Id == 0);
            outlets[at] = outlets[at] with { Outlet = Outlet.Results, HeadVersion = 1 };
        });

        Assert.Equal(1, verdict.Count(Breach.PoisonScored));
        Assert.Single(verdict.Violations);
    }

    [Theory]
    [InlineData("InvalidUtf8", true)]
    [InlineData("InvalidJson", false)]
    public void A_dead_letter_for_another_reason_or_without_its_bytes_is_found(string failure, bool intact)
    {
        var verdict = Judge(outlets =>
        {
            var at = outlets.FindIndex(appearance => appearance.Id == 0);
            outlets[at] = outlets[at] with { Failure = failure, ValueIntact = intact };
        });

        Assert.Equal(Breach.DeadLetterSpoiled, Assert.Single(verdict.Violations).Breach);
    }

    [Fact]
    public void A_review_item_without_its_announcement_is_found()
    {
        var verdict = Judge(
            outlets =>
                outlets.Add(
                    outlets.Find(appearance => appearance.Id == 7)! with
                    {
                        Outlet = Outlet.Review,
                        Partition = 0,
                        Offset = 0,
                    }));

        Assert.Equal(Breach.ReviewMismatch, Assert.Single(verdict.Violations).Breach);
    }

    [Fact]
    public void A_result_that_names_another_source_is_found()
    {
        var verdict = Judge(outlets =>
        {
            var at = outlets.FindIndex(appearance => appearance.Id == 7);
            outlets[at] = outlets[at] with { Id = 10 };
        });

        Assert.Equal(1, verdict.Count(Breach.Phantom));
        Assert.Equal(1, verdict.Count(Breach.Missing));
    }

    [Fact]
    public void An_acknowledged_message_that_the_topic_does_not_hold_is_laid_at_Kafkas_door()
    {
        var evidence = Evidence(_ => { });
        var verdict = Oracle.Judge(evidence with
        {
            Sources = [.. evidence.Sources.Where(source => source.Id != Messages - 1)],
            Appearances = [.. evidence.Appearances.Where(appearance => appearance.Id != Messages - 1)],
        });

        Assert.Equal(Breach.InputLost, Assert.Single(verdict.Violations).Breach);
    }

    [Fact]
    public void A_head_that_was_replaced_long_before_the_message_was_sent_is_found()
    {
        var verdict = Judge(_ => { }, heads: new() { [1] = 0, [2] = 20 - Oracle.HeadGraceMs });

        // Messages are sent at the ms of their id; those after 20 ms must have version 2.
        Assert.Equal(Enumerable.Range(21, Messages - 21).Count(id => id % 10 != 0), verdict.Count(Breach.StaleHead));
    }

    [Fact]
    public void A_head_that_nobody_published_is_found() =>
        Assert.Equal(
            1, Judge(
                outlets =>
                    outlets[outlets.FindIndex(appearance => appearance.Id == 7)] = outlets.Find(appearance =>
                        appearance.Id == 7)! with
                    { HeadVersion = 9 }).Count(Breach.StaleHead));

    [Fact]
    public void At_least_once_may_double_after_the_first_fault_and_not_before()
    {
        void Double(List<Appearance> outlets) =>
            outlets.Add(outlets.Find(appearance => appearance.Id == 7)! with { Offset = 1000, AtMs = 500 });

        var after = Judge(Double, doublesFrom: 400);
        var before = Judge(Double, doublesFrom: 600);

        Assert.Empty(after.Violations);
        Assert.Equal(1, after.AllowedDoubles);
        Assert.Equal(1, before.Count(Breach.Doubled));
    }

    [Fact]
    public void At_least_once_still_keeps_the_order_of_a_keys_first_results()
    {
        var verdict = Judge(
            outlets =>
            {
                var at = outlets.FindIndex(appearance => appearance.Id == 4);
                outlets[at] = outlets[at] with { Offset = 1000 };
            },
            doublesFrom: 0);

        Assert.Equal(1, verdict.Count(Breach.OutOfOrder));
    }

    private static Verdict Judge(
        Action<List<Appearance>> spoil, long? doublesFrom = null, Dictionary<int, long>? heads = null) =>
        Oracle.Judge(Evidence(spoil) with { DoublesAllowedFromMs = doublesFrom, Heads = heads ?? new() { [1] = 0 } });

    /// <summary>40 messages over 3 partitions, one key each; every tenth is broken JSON.</summary>
    private static Evidence Evidence(Action<List<Appearance>> spoil)
    {
        var sent = Enumerable.Range(0, Messages).Select(id => new InputMessage
        {
            Id = id,
            Key = $"k{id % 3}",
            Sequence = id / 3,
            Poison = id % 10 == 0 ? Poison.InvalidJson : Poison.None,
            SentMs = id,
            AckedMs = id + 1,
        }).ToList();
        var outlets = sent.Select(message => new Appearance(
            message.Poison == Poison.None
                ? Outlet.Results
                : Outlet.DeadLetters, message.Id % 3, message.Id / 3, message.Id, message.Id % 3, message.Id / 3,
                100 + message.Id)
        {
            HeadVersion = message.Poison == Poison.None ? 1 : 0,
            Failure = message.Poison == Poison.None ? null : "InvalidJson",
            ValueIntact = message.Poison != Poison.None,
        }).ToList();
        spoil(outlets);
        return new Evidence
        {
            Sent = sent,
            Sources = [.. sent.Select(message => new SourceRecord(message.Id % 3, message.Id / 3, message.Id))],
            Appearances = outlets,
            Heads = new Dictionary<int, long> { [1] = 0 },
            DoublesAllowedFromMs = null,
        };
    }
}
