using System.Text;
using System.Text.Json;
using Worker.Core.Decisions;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Results;

namespace Worker.Core.Tests.Results;

public class ResultJsonTests
{
    private static readonly FeatureLayout Layout = new(["mean"], hidden: 1);

    [Fact]
    public void A_result_names_source_encoder_decision_and_each_heads_probability_decision_and_version()
    {
        var set = Set(Head("spam", 3), Head("angry", 1));
        var json = Parse(Write(
            new MessageResult(new("messages", 2, 77), 1234, 9, Truncated: true, float.NaN, default,
                Verdict(MessageDecision.Yes, ReviewState.None)), set, [0.25f, 1f]));
        Assert.Equal("messages", json.GetProperty("source").GetProperty("topic").GetString());
        Assert.Equal(2, json.GetProperty("source").GetProperty("partition").GetInt32());
        Assert.Equal(77, json.GetProperty("source").GetProperty("offset").GetInt64());
        Assert.Equal(1234, json.GetProperty("source").GetProperty("timestamp").GetInt64());
        Assert.Equal("abc", json.GetProperty("encoder").GetString());
        Assert.Equal(9, json.GetProperty("tokens").GetInt32());
        Assert.True(json.GetProperty("truncated").GetBoolean());
        Assert.False(json.TryGetProperty("chunks", out _));
        Assert.Equal("yes", json.GetProperty("decision").GetString());
        Assert.False(json.TryGetProperty("anomaly", out _));
        Assert.False(json.TryGetProperty("review", out _));
        Assert.False(json.TryGetProperty("omitted", out _));
        Assert.False(json.TryGetProperty("echo", out _));
        Assert.Equal("""{"label":"spam","p":1.000000}""", json.GetProperty("top").GetRawText());
        Assert.Equal(1, json.GetProperty("uncertain").GetInt32());
        // Label order: angry, spam.
        Assert.Equal("""{"p":0.250000,"decision":"no","confidence":"uncertain","version":1}""",
            json.GetProperty("labels").GetProperty("angry").GetRawText());
        Assert.Equal("""{"p":1.000000,"decision":"yes","confidence":"likely","version":3}""",
            json.GetProperty("labels").GetProperty("spam").GetRawText());
    }

    [Fact]
    public void A_text_that_was_read_in_chunks_says_in_how_many() =>
        Assert.Equal(
            3, Parse(Write(Any with { Chunks = 3 }, Set(Head("a", 1)), [0.5f])).GetProperty("chunks").GetInt32());

    [Fact]
    public void Anomaly_state_risk_reasons_propensity_and_shared_question_are_in_it()
    {
        var set = Set(Head("spam", 3), Head("angry", 1));
        var reasons = default(ReviewReasons);
        reasons.Insert(new(ReviewReasonKind.Uncertified, 1, 0.5f), 3);
        reasons.Insert(new(ReviewReasonKind.Uncertain, 0, 0.75f), 3);
        reasons.Add(new(ReviewReasonKind.Anomaly, -1, 0.25f));
        reasons.Add(new(ReviewReasonKind.Audit, -1, 1));
        var result = Any with
        {
            AnomalyP = 0.0075f,
            Review = new(ReviewState.Asked, new(MessageDecision.Other, 0.9, reasons), Propensity: 0.01),
        };
        var json = Parse(Write(result, set, [0.25f, 1f]));
        Assert.Equal("other", json.GetProperty("decision").GetString());
        Assert.Equal("""{"p":0.007500}""", json.GetProperty("anomaly").GetRawText());
        Assert.Equal(
            """{"state":"asked","risk":0.900000,"reasons":[{"reason":"uncertain","label":"angry","strength":0.750000},{"reason":"uncertified","label":"spam","strength":0.500000},{"reason":"anomaly","strength":0.250000},{"reason":"audit","strength":1.000000}],"propensity":0.010000}""",
            json.GetProperty("review").GetRawText());

        result = result with { Review = new(ReviewState.Shared, result.Review.Score, Question: new("messages", 3, 9)) };
        var review = Parse(Write(result, set, [0.25f, 1f])).GetProperty("review");
        Assert.Equal("""{"topic":"messages","partition":3,"offset":9}""", review.GetProperty("question").GetRawText());
        Assert.Equal("shared", review.GetProperty("state").GetString());
        Assert.Equal(
            "deferred", Parse(
                Write(Any with
                {
                    Review = Verdict(MessageDecision.No, ReviewState.Deferred),
                }, set, [0f, 0f])).GetProperty("review").GetProperty("state").GetString());
    }

    [Fact]
    public void Each_label_tells_its_decision_and_how_sure_that_is()
    {
        var head = Head("x", 1) with
        {
            Thresholds = new(0.2, 0.5, 0.9),
            Certificate = new(
                0.05, 0.05, DateTimeOffset.UnixEpoch, null, CertificateOrigin.Audit, null, new(100, 80, 0)),
        };
        string Label(float p, DecisionMode mode) =>
            Parse(Write(Any, Set(head), [p], mode: mode)).GetProperty("labels").GetProperty("x").GetRawText();
        Assert.Equal(
            """{"p":0.100000,"decision":"no","confidence":"certified","version":1}""", Label(0.1f, DecisionMode.Best));
        Assert.Equal(
            """{"p":0.300000,"decision":"no","confidence":"uncertain","version":1}""", Label(0.3f, DecisionMode.Best));
        Assert.Equal(
            """{"p":0.990000,"decision":"yes","confidence":"likely","version":1}""", Label(0.99f, DecisionMode.Best));
        Assert.Equal("""{"p":0.100000,"decision":"no","confidence":"certified","version":1}""",
            Label(0.1f, DecisionMode.Certified));
        Assert.Equal("""{"p":0.300000,"decision":"review","confidence":"uncertain","version":1}""",
            Label(0.3f, DecisionMode.Certified));
        Assert.Equal("""{"p":0.990000,"decision":"review","confidence":"likely","version":1}""",
            Label(0.99f, DecisionMode.Certified));
    }

    [Fact]
    public void What_is_echoed_stands_in_results_and_review_items_as_it_came()
    {
        var set = Set(Head("x", 1));
        const string echo = """{"/id": 41, "/who": {"name":"é"}}""";
        var bytes = Encoding.UTF8.GetBytes(echo);
        Assert.Equal(
            echo, Parse(new ResultJson().WriteResult(Any, set, [0.5f], new LabelDecision[1], bytes)).GetProperty("echo")
                .GetRawText());
        Assert.Equal(
            echo, Parse(new ResultJson().WriteReviewItem(Any, set, [0.5f], new LabelDecision[1], "t"u8, bytes))
                .GetProperty("echo").GetRawText());
    }

    [Fact]
    public void Results_may_name_fewer_labels_and_say_how_many_they_left_out()
    {
        var set = Set([.. Enumerable.Range(0, 100).Select(i => Head($"{i:000}", 1))]);
        var random = new Random(5);
        var p = Enumerable.Range(0, 100).Select(_ => random.Next(50) / 50f).ToArray();
        foreach (var options in new ResultOptions[]
        {
            new() { TopK = 7 },
            new() { MinScore = 0.9 },
            new() { OnlyYes = true },
            new() { TopK = 60, MinScore = 0.1, OnlyYes = true },
            new() { TopK = 100 },
        })
        {
            var writer = new ResultJson(options);
            for (var repeat = 0; repeat < 20; repeat++)
            {
                random.Shuffle(p);
                var json = Parse(Write(Any, set, p, writer));
                var top = Enumerable.Range(0, 100).OrderByDescending(i => p[i]).ThenBy(i => i)
                    .Take(options.TopK == 0 ? 100 : options.TopK).Order();
                var expected = top.Where(i => p[i] >= options.MinScore && (!options.OnlyYes || p[i] >= 0.5))
                    .Select(i => $"{i:000}").ToList();
                Assert.Equal(expected, json.GetProperty("labels").EnumerateObject().Select(l => l.Name));
                Assert.Equal(
                    100 - expected.Count, json.TryGetProperty("omitted", out var omitted) ? omitted.GetInt32() : 0);
                Assert.Equal(
                    100, Parse(writer.WriteReviewItem(Any, set, p, new LabelDecision[100], "x"u8)).GetProperty("labels")
                        .EnumerateObject().Count());
            }
        }
    }

    [Fact]
    public void A_result_of_500_labels_allocates_nothing_but_itself()
    {
        var set = Set([.. Enumerable.Range(0, 500).Select(i => Head($"label-{i}", 1))]);
        var p = new float[500];
        var writer = new ResultJson(new() { TopK = 10 });
        var labels = new LabelDecision[500];
        writer.WriteResult(Any, set, p, labels);
        writer.WriteReviewItem(Any, set, p, labels, ""u8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var written = 0;
        for (var i = 0; i < 100; i++)
            written += writer.WriteResult(Any, set, p, labels).Length;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, written, written + 100 * 40);
    }

    [Theory]
    [InlineData(0f, "0.000000")]
    [InlineData(1e-7f, "0.000000")]
    [InlineData(0.0000015f, "0.000002")]
    [InlineData(0.123456f, "0.123456")]
    [InlineData(0.9999999f, "1.000000")]
    public void Probabilities_have_six_decimals(float p, string expected)
    {
        var json = Parse(Write(Any, Set(Head("x", 1)), [p]));
        Assert.Equal(expected, json.GetProperty("labels").GetProperty("x").GetProperty("p").GetRawText());
    }

    [Fact]
    public void A_swapped_head_set_changes_versions_and_labels_at_once()
    {
        var writer = new ResultJson();
        Write(Any, Set(Head("x", 1)), [0.5f], writer);
        var labels = Parse(Write(Any, Set(Head("x", 2), Head("y", 1)), [0.5f, 0.5f], writer)).GetProperty("labels");
        Assert.Equal(2, labels.GetProperty("x").GetProperty("version").GetInt32());
        Assert.Equal(1, labels.GetProperty("y").GetProperty("version").GetInt32());
    }

    [Fact]
    public void Names_and_texts_with_quotes_and_any_characters_stay_valid_json()
    {
        var set = Set(Head("say \"hi\"\n\\ é 👍", 1));
        var json = Parse(
            new ResultJson().WriteReviewItem(Any, set, [0.5f], new LabelDecision[1], "a \"b\"\t\u0001 é 👍"u8));
        Assert.Equal("a \"b\"\t\u0001 é 👍", json.GetProperty("text").GetString());
        Assert.Equal("say \"hi\"\n\\ é 👍", json.GetProperty("labels").EnumerateObject().Single().Name);
    }

    [Fact]
    public void A_review_text_that_is_only_the_start_says_so()
    {
        var set = Set(Head("x", 1));
        JsonElement Item(bool isCut) =>
            Parse(new ResultJson().WriteReviewItem(
                Any, set, [0.5f], new LabelDecision[1], "the start"u8, isCut: isCut));
        Assert.True(Item(isCut: true).GetProperty("text_truncated").GetBoolean());
        Assert.False(Item(isCut: false).TryGetProperty("text_truncated", out _));
    }

    [Fact]
    public void Without_heads_the_labels_are_empty() =>
        Assert.Empty(Parse(Write(Any, Set(), [])).GetProperty("labels").EnumerateObject());

    private static MessageResult Any =>
        new(new("t", 0, 0), 0, 2, Truncated: false, float.NaN, default, Verdict(MessageDecision.No, ReviewState.None));

    private static ReviewVerdict Verdict(MessageDecision decision, ReviewState state) =>
        new(state, new RiskScore(decision, 0, default));

    private static HeadSet Set(params Head[] heads) => HeadSet.Empty("abc", Layout).With(heads);

    private static byte[] Write(MessageResult result, HeadSet heads, float[] p, ResultJson? writer = null,
        DecisionMode mode = DecisionMode.Best)
    {
        var labels = new LabelDecision[p.Length];
        var outcome = new DecisionBands(heads.Heads, new DecisionOptions { Mode = mode }, DateTimeOffset.UnixEpoch)
            .Decide(p, labels);
        return (writer ?? new ResultJson()).WriteResult(result with { Outcome = outcome }, heads, p, labels);
    }

    private static Head Head(string label, int version) =>
        new() { Label = label, Version = version, Encoder = "abc", Feature = "mean", Weights = [1], Bias = 0 };

    private static JsonElement Parse(byte[] json) => JsonDocument.Parse(Encoding.UTF8.GetString(json)).RootElement;
}
