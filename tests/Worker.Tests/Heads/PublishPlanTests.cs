using Worker.Core.Heads;
using Worker.Heads;
using Worker.Terminal;
using static Worker.Tests.Heads.MadeTopic;

namespace Worker.Tests.Heads;

/// <summary>What publishing a file does to a topic.</summary>
public class PublishPlanTests
{
    [Fact]
    public void A_head_that_differs_gets_a_version_above_all_that_are_there()
    {
        var topic = Of(null, Record(Head("a", 7)), Record(Head("a", 5, bias: 1)), Record(Head("b", 2)));
        Assert.Equal(
            ["v5 → v8", "v2 → v3", "new, v1"], Steps(topic, Head("a", 1, bias: 2), Head("b", 1, bias: 1), Head("c")));
    }

    [Fact]
    public void A_version_that_is_higher_already_is_kept()
    {
        Assert.Equal(["v2 → v9"], Steps(Of(Head("a", 2)), Head("a", 9, bias: 1)));
    }

    [Fact]
    public void The_same_content_is_not_published_again_whatever_its_number()
    {
        var plan = PublishPlan.Of([Head("a", 9) with { Parent = 8 }], Of(Head("a", 2)));
        Assert.True(Assert.Single(plan).IsThere);
        Assert.Equal(2, plan[0].Head.Version);
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("bias")]
    [InlineData("band")]
    [InlineData("calibration")]
    [InlineData("certificate")]
    [InlineData("group")]
    public void A_difference_in_any_part_counts(string part)
    {
        var head = Head("a");
        var changed = part switch
        {
            "weights" => head with { Weights = [3, MathF.BitIncrement(4)] },
            "bias" => head with { Bias = float.Epsilon },
            "band" => head with { Thresholds = new(0.5, 0.5, 0.6) },
            "calibration" => head with { Calibration = new(1, 0.1) },
            "certificate" =>
                head with
                {
                    Certificate = new(0.05, 0.05, DateTimeOffset.UnixEpoch, null, CertificateOrigin.Audit, null, null),
                },
            _ => head with { Group = "g" },
        };
        Assert.Equal(["v1 → v2"], Steps(Of(head), changed));
        Assert.Equal(part, Assert.Single(HeadDifference.Of(head, changed)).Aspect);
    }

    [Fact]
    public void A_retired_label_comes_back_above_its_last_version_and_what_is_no_head_is_replaced()
    {
        var topic = Of(null, Record(Head("a", 3)), Gone("a"), ("b", [1, 2]));
        Assert.Equal(["was retired, now v4", "was not a head, now v1"], Steps(topic, Head("a"), Head("b")));
    }

    [Fact]
    public void However_often_files_are_published_no_two_records_of_one_version_differ()
    {
        var random = new Random(1);
        var log = new List<Head>();
        for (var i = 0; i < 200; i++)
        {
            var step = PublishPlan.Of([Head("a", random.Next(1, 40), bias: random.Next(4))], Of([.. log]))[0];
            if (!step.IsThere)
                log.Add(step.Head);
        }
        Assert.InRange(log.Count, 100, 200);
        Assert.All(log.GroupBy(head => head.Version), same => Assert.Single(same));
        Assert.True(log.Zip(log.Skip(1)).All(pair => pair.First.Version < pair.Second.Version));
    }

    [Fact]
    public void Heads_of_another_encoder_are_refused_with_what_to_do()
    {
        var other = Head("a") with { Encoder = "91bc000000000000" };
        var refused = Assert.Throws<UserError>(() =>
            EncoderGuard.Check("new.jsonl", [other], null, Of(Head("a"), Head("b"))));
        Assert.Contains(
            "new.jsonl is for encoder 91bc00000000…, the 2 heads on topic 'heads' are for encoder 182ab7f2c0ff…",
            refused.Message, StringComparison.Ordinal);
        Assert.Contains("after a restart", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--force", refused.Message, StringComparison.Ordinal);
        Assert.Throws<UserError>(() =>
            EncoderGuard.Check("new.jsonl", [], new PublishedReference("9c1e", other.Encoder, 1), Of(Head("a"))));
        Assert.Contains(
            "encoders", Assert.Throws<UserError>(
                () => EncoderGuard.Check(
                    "new.jsonl", [other, Head("b")], null, Of(Head("a")))).Message, StringComparison.Ordinal);
        EncoderGuard.Check("new.jsonl", [other], null, Of());
        EncoderGuard.Check("new.jsonl", [Head("c")], null, Of(Head("a")));
        EncoderGuard.Check("new.jsonl", [other], null, Of(Head("a"), other with { Label = "b" }));
    }

    [Fact]
    public void Few_labels_have_a_line_each_many_a_line_for_all_that_do_the_same()
    {
        var there = Of(Head("a", 3), Head("left", 1));
        Assert.Equal(
            ["a: v3 → v4 (its file says v1, which the topic had)", "b: new, v1"],
            PublishReport.Lines(PublishPlan.Of([Head("a", 1, bias: 1), Head("b")], there)));
        Assert.Contains(
            "left", PublishReport.Left(PublishPlan.Of([Head("a")], there), there).First(), StringComparison.Ordinal);

        Head[] many = [.. Enumerable.Range(0, 500).Select(i => Head($"label {i:000}", 1, bias: 1))];
        var topic = Of([.. many.Skip(10).Select(head => head with { Bias = 0 }), many[0]]);
        var lines = PublishReport.Lines(PublishPlan.Of(many, topic)).ToList();
        Assert.Equal(3, lines.Count);
        Assert.StartsWith("9 labels new, v1 (label 001, ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("490 labels v1 → v2 (label 010, ", lines[1], StringComparison.Ordinal);
        Assert.Equal("1 label the same, not published again (label 000)", lines[2]);
        Assert.All(lines, line => Assert.True(line.Length < 80, line));
    }

    [Fact]
    public void A_canary_keeps_its_version_from_its_first_share_to_its_last()
    {
        var (old, better) = (Head("a", 3), Head("a", 1, bias: 1));
        var canary = Assert.Single(PublishPlan.Of([better], Of(old), 0.1)).Head;
        Assert.Equal((4, 0.1), (canary.Version, canary.CanaryShare));
        var topic = Of(old);
        Take(topic, HeadKey.Of("a", HeadRole.Canary), HeadJson.Serialize(canary));
        Assert.Equal("a", Assert.Single(topic.Canaries).Label);
        Assert.True(Assert.Single(PublishPlan.Of([better], topic, 0.1)).IsThere);
        var more = PublishPlan.Of([better], topic, 0.5)[0];
        Assert.Equal((4, 0.5, false), (more.Head.Version, more.Head.CanaryShare, more.IsThere));
        var whole = PublishPlan.Of([better], topic)[0];
        Assert.Equal((4, null, false), (whole.Head.Version, whole.Head.CanaryShare, whole.IsThere));
        // Another head is another version, and nobody decides the other messages of a label without one.
        Assert.Equal(5, PublishPlan.Of([better with { Bias = 2 }], topic, 0.5)[0].Head.Version);
        var refused = Assert.Throws<UserError>(() => PublishPlan.Of([Head("new")], topic, 0.5));
        Assert.Contains("publish it without --canary", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_challenger_whose_version_is_not_above_that_of_the_head_in_use_runs_no_more()
    {
        var topic = Of(Head("a", 1));
        Take(topic, HeadKey.Of("a", HeadRole.Challenger), HeadJson.Serialize(Head("a", 2, bias: 1)));
        Assert.Equal(2, Assert.Single(topic.Challengers).Version);
        // As when a certificate is taken back: the same head goes on under a version above all.
        Take(topic, "a"u8.ToArray(), Record(Head("a", 3)).Value, offset: 1001);
        Assert.Empty(topic.Challengers);
        Assert.NotNull(topic.Challenger("a"));
        // A label that was retired has no head that it could run beside.
        Take(topic, HeadKey.Of("a", HeadRole.Challenger), HeadJson.Serialize(Head("a", 4, bias: 1)), offset: 1002);
        Assert.Equal(4, Assert.Single(topic.Challengers).Version);
        Take(topic, "a"u8.ToArray(), null, offset: 1003);
        Assert.Empty(topic.Challengers);
    }

    private static IEnumerable<string> Steps(TopicHeads topic, params Head[] heads) =>
        PublishPlan.Of(heads, topic).Select(step => step.Step);
}
