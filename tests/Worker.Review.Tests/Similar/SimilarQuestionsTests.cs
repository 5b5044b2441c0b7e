using System.Numerics.Tensors;
using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Answers;
using Worker.Core.Questions;
using Worker.Review.Similar;
using Worker.Store.Questions;

namespace Worker.Review.Tests.Similar;

public class SimilarQuestionsTests
{
    private const string Encoder = "182ab7f2";
    private static readonly ComparedFeature Feature = new(Encoder, 1, 2, 3);

    [Fact]
    public void The_nearest_are_those_of_the_highest_cosine_whatever_was_added_and_taken_out() => Check.One(
        Config.QuickThrowOnFailure, Prop.ForAll(
            ArbMap.Default.ArbFor<int>().Filter(seed => seed >= 0), seed =>
            {
                var random = new Random(seed);
                var (table, kept) = (new VectorTable(8), new Dictionary<long, float[]>());
                for (var i = 0; i < 300; i++)
                {
                    var id = random.Next(100);
                    if (random.Next(4) == 0)
                    {
                        table.Remove(id);
                        kept.Remove(id);
                        continue;
                    }
                    kept[id] = [.. Enumerable.Range(0, 8).Select(_ => random.NextSingle() - 0.5f)];
                    table.Set(id, kept[id]);
                }
                float[] asked = [.. Enumerable.Range(0, 8).Select(_ => random.NextSingle() - 0.5f)];
                var expected = kept.OrderByDescending(one => TensorPrimitives.CosineSimilarity(one.Value, asked))
                    .Take(10).Select(one => one.Key);
                return kept.Count == table.Count
                    && expected.SequenceEqual(table.Nearest(asked, 10).Select(one => one.Id));
            }));

    [Fact]
    public void A_large_table_says_the_same_as_a_small_one()
    {
        var random = new Random(7);
        var table = new VectorTable(4);
        var all = Enumerable.Range(0, 50_000).Select(_ =>
            Enumerable.Range(0, 4).Select(_ => random.NextSingle() - 0.5f).ToArray()).ToArray();
        for (var i = 0; i < all.Length; i++)
            table.Set(i, all[i]);
        table.Set(-1, [0, 0, 0, 0]);
        table.Set(-2, [float.NaN, 0, 0, 0]);
        Assert.Equal(50_000, table.Count);
        var expected = Enumerable.Range(0, all.Length)
            .MaxBy(i => TensorPrimitives.CosineSimilarity(all[i], all[9]));
        Assert.Equal(expected, table.Nearest(all[9], 1)[0].Id);
    }

    [Fact]
    public async Task Open_questions_of_similar_texts_are_found_and_answered_ones_are_not()
    {
        await using var review = await RunningReview.Start();
        review.Ask(4);
        var similar = new SimilarQuestions(review.Store, () => Feature);
        Assert.False(similar.Like(1, 5).Ready);
        // The first number is of another feature.
        Encode(review, [9, 1, 0], [-9, 0.9f, 0.1f], [5, 0, 1], [5, 0.8f, 0.3f]);
        Assert.Equal([2L, 4, 3], similar.Like(1, 5).Items.Select(item => item.Id));
        Assert.Equal([2L], similar.Like(1, 1).Items.Select(item => item.Id));
        Assert.Equal(0, similar.Like(1, 5).Items[2].Cosine, 3);
        var queue = review.Store.Questions("labels");
        queue.Answer(new Reviewer("anna", "a"), new ResponseRequest(
            "k", 2, [new LabelAnswer("refund", 1)], IsBlind: true, AnswerMode.Single, null, "test", 0));
        Assert.Equal([4L, 3], similar.Like(1, 5).Items.Select(item => item.Id));
        review.Store.Intake.Record(
            [Item(77)], []);
        Encode(review, [1, 0.99f, 0.02f]);
        Assert.Equal([5L, 4, 3], similar.Like(1, 5).Items.Select(item => item.Id));
    }

    private static ReviewItem Item(long offset) => new()
    {
        Source = new Worker.Core.Messages.SourcePosition("messages", 0, offset),
        At = DateTimeOffset.UnixEpoch,
        Text = "one more text of another kind",
    };

    private static void Encode(RunningReview review, params float[][] vectors)
    {
        var missing = review.Store.Features.Missing(Encoder, 100);
        review.Store.Features.Add(
            Encoder, [.. missing.Select(text => text.Id)], vectors.SelectMany(vector => vector).ToArray());
    }
}
