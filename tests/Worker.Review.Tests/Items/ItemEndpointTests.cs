using System.Text.Json;
using Worker.Core.Answers;

namespace Worker.Review.Tests.Items;

public class ItemEndpointTests
{
    [Fact]
    public async Task A_question_is_leased_answered_and_taken_back()
    {
        await using var review = await RunningReview.Start();
        review.Ask(3);
        var anna = review.As("anna");
        var (status, lease) = await anna.Send("/api/v1/lease", new { seat = "s1", count = 2 });
        Assert.Equal(200, status);
        Assert.Equal((2, 3, 2, 600), (lease.GetProperty("items").GetArrayLength(), lease.GetProperty("open").GetInt32(),
            lease.GetProperty("leased").GetInt32(), lease.GetProperty("lease_seconds").GetInt32()));
        var item = lease.GetProperty("items")[0];
        var id = item.GetProperty("id").GetInt64();
        Assert.Equal(0.41, item.GetProperty("labels")[0].GetProperty("p").GetDouble());
        var body = new { seat = "s1", labels = new { refund = "yes", angry = "unknown" }, milliseconds = 1200 };
        (status, var answer) = await anna.Send($"/api/v1/items/{id}/answer", body, "key-1");
        Assert.Equal((200, false), (status, answer.GetProperty("repeated").GetBoolean()));
        (status, answer) = await anna.Send($"/api/v1/items/{id}/answer", body, "key-1");
        Assert.Equal((200, true), (status, answer.GetProperty("repeated").GetBoolean()));
        var sent = Assert.Single(review.Sent());
        Assert.Equal(("key-1", "anna", "review", 1200, false),
            (sent.Id, sent.By, sent.Source, sent.Milliseconds, sent.IsBlind));
        Assert.Equal([new LabelAnswer("refund", 1, 0.41, 3), new LabelAnswer("angry", null, 0.2, 1)], sent.Answers);
        (status, var undone) = await anna.Send("/api/v1/undo", new { seat = "s1" });
        Assert.Equal((200, id), (status, undone.GetProperty("item").GetProperty("id").GetInt64()));
        Assert.Equal("key-1", review.Sent()[1].Withdraws);
        (_, undone) = await anna.Send("/api/v1/undo", new { seat = "s1" });
        Assert.Equal(JsonValueKind.Null, undone.GetProperty("item").ValueKind);
    }

    [Fact]
    public async Task What_was_answered_or_leased_by_others_is_a_conflict_that_says_so()
    {
        await using var review = await RunningReview.Start();
        review.Ask(1);
        var (anna, ben) = (review.As("anna"), review.As("ben"));
        var (_, lease) = await anna.Send("/api/v1/lease", new { seat = "s1" });
        var path = $"/api/v1/items/{lease.GetProperty("items")[0].GetProperty("id").GetInt64()}/answer";
        var body = new { seat = "s1", labels = new { refund = "no" } };
        var (status, problem) = await ben.Send(path, body, "b1");
        Assert.Equal((409, "urn:worker:leased-by-others"), (status, problem.GetProperty("type").GetString()));
        await anna.Send(path, body, "a1");
        (status, problem) = await ben.Send(path, body, "b1");
        Assert.Equal((409, "urn:worker:answered-already"), (status, problem.GetProperty("type").GetString()));
        (status, problem) = await ben.Send("/api/v1/items/77/answer", body, "b2");
        Assert.Equal((404, "urn:worker:unknown"), (status, problem.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task A_blind_question_carries_no_score_in_any_field_and_its_answer_none_either()
    {
        await using var review = await RunningReview.Start();
        review.Ask(1);
        review.Ask(1, propensity: 0.01, _ => "a text that was drawn at random");
        var anna = review.As("anna");
        var (_, lease) = await anna.Send("/api/v1/lease", new { seat = "s1" });
        foreach (var item in lease.GetProperty("items").EnumerateArray())
        {
            var isAudit = item.GetProperty("audit").GetBoolean();
            Assert.Equal(isAudit, item.GetProperty("blind").GetBoolean());
            Assert.Equal(isAudit, !item.GetRawText().Contains("0.41", StringComparison.Ordinal));
            if (!isAudit)
                continue;
            Assert.Equal(["angry", "refund", "spam"],
                item.GetProperty("labels").EnumerateArray().Select(label => label.GetProperty("label").GetString()));
            Assert.Empty(item.GetProperty("reasons").EnumerateArray());
            await anna.Send($"/api/v1/items/{item.GetProperty("id").GetInt64()}/answer",
                new { seat = "s1", labels = new { refund = "no" }, shown = true }, "k1");
            var sent = Assert.Single(review.Sent());
            Assert.Equal((true, AnswerMode.Audit, 0.01), (sent.IsBlind, sent.Mode, sent.Propensity));
            Assert.Equal([new LabelAnswer("refund", 0)], sent.Answers);
        }
    }

    [Fact]
    public async Task Several_are_answered_alike_but_not_what_others_have_and_some_are_asked_again()
    {
        await using var review = await RunningReview.Start(options => options.BulkAudit = 1);
        review.Ask(4);
        var (anna, ben) = (review.As("anna"), review.As("ben"));
        var (_, held) = await ben.Send("/api/v1/lease", new { seat = "b", count = 1 });
        var bens = held.GetProperty("items")[0].GetProperty("id").GetInt64();
        var (_, lease) = await anna.Send("/api/v1/lease", new { seat = "a", count = 10 });
        long[] ids =
        [
            bens, .. lease.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt64()),
        ];
        var (status, bulk) = await anna.Send(
            "/api/v1/bulk", new { seat = "a", items = ids, labels = new { refund = "no" } }, "k");
        Assert.Equal((200, 3), (status, bulk.GetProperty("answered").GetArrayLength()));
        Assert.Equal(bens, Assert.Single(bulk.GetProperty("left").EnumerateArray()).GetInt64());
        Assert.All(review.Sent(), one => Assert.Equal(AnswerMode.Bulk, one.Mode));
        (_, lease) = await ben.Send("/api/v1/lease", new { seat = "b", count = 10 });
        Assert.Equal(3, lease.GetProperty("items").EnumerateArray().Count(item =>
            item.GetProperty("second").GetBoolean() && item.GetProperty("blind").GetBoolean()));
    }

    [Fact]
    public async Task Progress_says_whether_scores_lead_people()
    {
        await using var review = await RunningReview.Start();
        review.Ask(4);
        var anna = review.As("anna");
        var (_, lease) = await anna.Send("/api/v1/lease", new { seat = "a" });
        var number = 0;
        foreach (var item in lease.GetProperty("items").EnumerateArray())
            await anna.Send($"/api/v1/items/{item.GetProperty("id").GetInt64()}/answer",
                new { seat = "a", labels = new { refund = number % 2 == 0 ? "no" : "yes" }, shown = number < 2 },
                $"k{number++}");
        var (_, progress) = await review.As("reader").Fetch("/api/v1/progress");
        Assert.Equal((0, 0, 4), (progress.GetProperty("open").GetInt32(), progress.GetProperty("mine").GetInt32(),
            progress.GetProperty("all").GetInt32()));
        Assert.Equal(0.5, progress.GetProperty("shown").GetProperty("agreement").GetDouble());
        Assert.Equal(2, progress.GetProperty("blind").GetProperty("answered").GetInt32());
    }

    [Theory]
    [InlineData("{", "the body is not what is expected here")]
    [InlineData("""{"seat": "s", "count": 0}""", "Count must be between 1 and 100")]
    [InlineData("""{"seat": "s", "cout": 3}""", "cout")]
    [InlineData("""{"count": 3}""", "seat")]
    [InlineData("""{"seat": null}""", "seat")]
    [InlineData("""{"seat": "s", "seat": "t"}""", "seat")]
    public async Task A_body_that_is_wrong_is_told_what_is_wrong(string body, string told)
    {
        await using var review = await RunningReview.Start();
        var (status, problem) = await review.As("anna").Send("/api/v1/lease", body);
        Assert.Equal(400, status);
        Assert.Contains(told, problem.GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("""{"seat": "s", "labels": {"refund": "maybe"}}""", "k", "'refund' is none of")]
    [InlineData("""{"seat": "s", "labels": {"refund": 1.5}}""", "k", "'refund' is none of")]
    [InlineData("""{"seat": "s", "labels": {}}""", "k", "Labels")]
    [InlineData("""{"seat": "s", "labels": {"a\nb": "yes"}}""", "k", "a label is empty")]
    [InlineData("""{"seat": "s", "labels": {"refund": "yes"}}""", "a b", "the key (header Idempotency-Key) is not")]
    [InlineData("""{"seat": "s", "labels": {"refund": "yes"}}""", null, "Idempotency-Key")]
    public async Task An_answer_that_is_wrong_is_told_what_is_wrong(string body, string? key, string told)
    {
        await using var review = await RunningReview.Start();
        review.Ask(1);
        var (status, problem) = await review.As("anna").Send("/api/v1/items/1/answer", body, key);
        Assert.Equal(400, status);
        Assert.Contains(told, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(review.Sent());
    }
}
