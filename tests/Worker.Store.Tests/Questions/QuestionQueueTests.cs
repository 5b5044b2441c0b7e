using System.Text.Json;
using Worker.Core.Answers;
using Worker.Core.Messages;
using Worker.Core.Questions;
using Worker.Store.Examples;
using Worker.Store.Questions;

namespace Worker.Store.Tests.Questions;

public class QuestionQueueTests(PostgresServer postgres)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly Reviewer Anna = new("anna", "anna/1");
    private static readonly Reviewer Ben = new("ben", "ben/1");

    [Theory, EachKind]
    public void The_most_urgent_questions_come_first_and_to_one_seat_only(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var queue = Filled(test, 0.2, 0.9, 0.5);
        Assert.Equal([0.9, 0.5], Risks(queue.Lease(Anna, 2, Lease)));
        Assert.Equal([0.2], Risks(queue.Lease(Ben, 2, Lease)));
        // Asked again, a seat has what it had.
        Assert.Equal([0.9, 0.5], Risks(queue.Lease(Anna, 2, Lease)));
        Assert.Equal(3, test.Store.Figures.Progress("anna", test.Clock.GetUtcNow()).Queue.Leased);
    }

    [Theory, EachKind]
    public void An_answer_leaves_the_queue_and_goes_out_once_however_often_it_is_sent(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var queue = Filled(test, 0.9);
        var question = Assert.Single(queue.Lease(Anna, 5, Lease));
        Assert.Equal(ResponseOutcome.Recorded, queue.Answer(Anna, Yes("k1", question)));
        Assert.Equal(ResponseOutcome.Repeated, queue.Answer(Anna, Yes("k1", question)));
        Assert.Empty(queue.Lease(Ben, 5, Lease));
        var sent = Assert.Single(Sent(test));
        Assert.Equal(("k1", question.Text, question.Source, "anna"), (sent.Id, sent.Text, sent.Message, sent.By));
        var answer = Assert.Single(sent.Answers);
        Assert.Equal(("refund", 1.0, 0.41, 3), (answer.Label, answer.Value, answer.ShownP, answer.ShownVersion));
        var progress = test.Store.Figures.Progress("anna", test.Clock.GetUtcNow().AddHours(-2));
        Assert.Equal((0L, 1L, 1L, 1L), (progress.Queue.Open, progress.Mine, progress.All, progress.LastHour));
        // The head had said no.
        Assert.Equal(new AgreementFigure(1, 0), progress.Shown);
        var again = Assert.Throws<QuestionException>(() => queue.Answer(Ben, Yes("k2", question)));
        Assert.Equal(QuestionFault.Answered, again.Fault);
    }

    [Theory, EachKind]
    public void A_lease_that_ended_is_somebody_elses(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var queue = Filled(test, 0.9);
        var question = Assert.Single(queue.Lease(Anna, 1, Lease));
        test.Clock.Advance(Lease + TimeSpan.FromSeconds(1));
        Assert.Single(queue.Lease(Ben, 1, Lease));
        var lost = Assert.Throws<QuestionException>(() => queue.Answer(Anna, Yes("k1", question)));
        Assert.Equal(QuestionFault.Leased, lost.Fault);
        Assert.Empty(Sent(test));
        // Nobody else took it: an answer that comes late counts.
        test.Clock.Advance(Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(ResponseOutcome.Recorded, queue.Answer(Anna, Yes("k1", question)));
    }

    [Theory, EachKind]
    public void A_skipped_question_goes_to_others_and_not_to_this_person_again(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var queue = Filled(test, 0.9, 0.1);
        var question = queue.Lease(Anna, 1, Lease)[0];
        Assert.Equal(ResponseOutcome.Recorded, queue.Skip(Anna, "k1", question.Id));
        Assert.Equal(ResponseOutcome.Repeated, queue.Skip(Anna, "k1", question.Id));
        Assert.Equal([0.1], Risks(queue.Lease(Anna, 5, Lease)));
        Assert.Equal([0.9], Risks(queue.Lease(Ben, 5, Lease)));
        Assert.Empty(Sent(test));
    }

    [Theory, EachKind]
    public void Responses_are_taken_back_one_by_one_and_answers_are_withdrawn(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var queue = Filled(test, 0.9, 0.5);
        var questions = queue.Lease(Anna, 2, Lease);
        queue.Answer(Anna, Yes("k1", questions[0]));
        queue.Skip(Anna, "k2", questions[1].Id);
        Assert.Equal(questions[1].Id, queue.Undo(Anna, null, Lease)!.Id);
        Assert.Equal(questions[0].Id, queue.Undo(Anna, null, Lease)!.Id);
        Assert.Null(queue.Undo(Anna, null, Lease));
        // Sent again, it changes nothing.
        Assert.Equal(questions[0].Id, queue.Undo(Anna, "k1", Lease)!.Id);
        Assert.Equal([("k1", null), ("k1/undo", "k1")], Sent(test).Select(one => (one.Id, one.Withdraws)));
        Assert.Equal([0.9, 0.5], Risks(queue.Lease(Anna, 2, Lease)));
        Assert.Equal(ResponseOutcome.Recorded, queue.Answer(Anna, Yes("k3", questions[0])));
        Assert.Equal(QuestionFault.Unknown,
            Assert.Throws<QuestionException>(() => queue.Undo(Ben, "k3", Lease)).Fault);
    }

    [Theory, EachKind]
    public void A_second_opinion_is_another_persons_and_blind(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var queue = Filled(test, 0.9);
        var question = Assert.Single(queue.Lease(Anna, 1, Lease));
        queue.Answer(Anna, Yes("k1", question) with { Further = 1 });
        Assert.Empty(queue.Lease(Anna with { Seat = "anna/2" }, 1, Lease));
        var second = Assert.Single(queue.Lease(Ben, 1, Lease));
        Assert.True(second.IsBlind && second.IsSecond);
        Assert.False(question.IsBlind || question.IsSecond);
        queue.Answer(Ben, Yes("k2", second));
        Assert.Empty(queue.Lease(new Reviewer("carl", "c"), 1, Lease));
    }

    [Theory, EachKind]
    public void A_text_that_was_answered_elsewhere_is_not_asked_about_any_more(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var queue = Filled(test, 0.9, 0.5);
        var text = queue.Lease(Ben, 1, TimeSpan.Zero)[0].Text;
        test.Record(test.Event("e1", text, "refund", 1));
        Assert.Equal([0.5], Risks(queue.Lease(Anna, 5, Lease)));
    }

    [Theory, EachKind]
    public void The_queues_own_answers_close_no_second_opinion_when_they_come_back(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var queue = Filled(test, 0.9);
        queue.Answer(Anna, Yes("k1", queue.Lease(Anna, 1, Lease)[0]) with { Further = 1 });
        test.Record([.. Sent(test)]);
        Assert.Equal(1, test.Label("refund").Positives);
        Assert.Single(queue.Lease(Ben, 5, Lease));
    }

    [Theory, EachKind]
    public void Items_come_in_once_and_a_copy_of_an_open_question_makes_none(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        PartitionProgress[] progress = [new("review", 0, null, 3)];
        Assert.Equal(2, test.Store.Intake.Record(
            [Item(0, 0.3, "the same text"), Item(1, 0.4, "the same text"), Item(2, 0.5, "another text")], progress));
        Assert.Throws<OutOfStepException>(() => test.Store.Intake.Record([Item(0, 0.3, "third")], progress));
        Assert.Equal(0, test.Store.Intake.Record(
            [Item(7, 0.3, "the same text")], [new PartitionProgress("review", 0, 3, 4)]));
        Assert.Equal(2, test.Store.Figures.Progress("anna", default).Queue.Open);
    }

    [Theory, EachKind]
    public void A_long_queue_is_counted_now_and_then(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var count = OpenQuestions.Exact + 5;
        test.Store.Intake.Record([.. Enumerable.Range(0, count).Select(i => Item(i, 0.5, $"text {i}"))], []);
        Assert.Equal(count, test.Store.Figures.Length().Open);
        var queue = test.Store.Questions("labels");
        queue.Answer(Anna, Yes("k", queue.Lease(Anna, 1, Lease)[0]));
        Assert.Equal(count, test.Store.Figures.Length().Open);
        test.Store.Figures.Recount();
        Assert.Equal(count - 1, test.Store.Figures.Length().Open);
        // Where nobody counts again, the number is half a minute old at most.
        queue.Answer(Anna, Yes("l", queue.Lease(Anna, 1, Lease)[0]));
        test.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(count - 2, test.Store.Figures.Length().Open);
    }

    [Theory, EachKind]
    public void An_erased_text_takes_its_question_along_and_does_not_come_back(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        var queue = Filled(test, 0.9);
        var question = queue.Lease(Anna, 1, Lease)[0];
        queue.Answer(Anna, Yes("k1", question) with { Further = 1 });
        Assert.True(test.Store.Erasure.Message(question.Source));
        Assert.Empty(queue.Lease(Ben, 1, Lease));
        Assert.Equal(0, test.Store.Intake.Record([Item(9, 0.3, question.Text)], []));
        Assert.Null(queue.Find(question.Id));
    }

    [Theory, EachKind]
    public async Task Two_seats_that_ask_at_the_same_time_never_get_the_same_question(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        Filled(test, [.. Enumerable.Range(0, 200).Select(i => i / 200.0)]);
        var answered = new System.Collections.Concurrent.ConcurrentBag<long>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seat => Task.Run(() =>
        {
            var queue = test.Open().Questions("labels");
            var reviewer = new Reviewer($"person {seat}", $"seat {seat}");
            while (queue.Lease(reviewer, 5, Lease) is { Count: > 0 } held)
                foreach (var question in held)
                {
                    Assert.Equal(
                        ResponseOutcome.Recorded, queue.Answer(reviewer, Yes($"{seat}/{question.Id}", question)));
                    answered.Add(question.Id);
                }
        })));
        Assert.Equal(200, answered.Count);
        Assert.Equal(200, answered.Distinct().Count());
        Assert.Equal(200, Sent(test).Count);
    }

    private static double[] Risks(IEnumerable<Question> questions) =>
        [.. questions.Select(question => question.Content.Risk)];

    private static ResponseRequest Yes(string key, Question question) => new(
        key, question.Id, [new LabelAnswer("refund", 1, 0.41, 3)], IsBlind: false, AnswerMode.Single, 2300, "page", 0);

    private static QuestionQueue Filled(TestStore test, params double[] risks)
    {
        string[] things = ["parcel", "invoice", "refund", "password"];
        test.Store.Intake.Record(
            [.. risks.Select((risk, i) => Item(i, risk, $"where is the {things[i % 4]} of customer {i}?"))], []);
        return test.Store.Questions("labels");
    }

    private static ReviewItem Item(int offset, double risk, string text) => new()
    {
        Source = new SourcePosition("messages", 0, offset),
        At = DateTimeOffset.UnixEpoch,
        Text = text,
        Risk = risk,
        Reasons = [new ItemReason("uncertain", "refund", risk)],
        Labels = [new ItemLabel("refund", 0.41, "no", "uncertain", 3), new ItemLabel("spam", 0.01, "no", "likely", 1)],
    };

    private static List<LabelEvent> Sent(TestStore test) =>
        [.. test.Store.Outbox.Next(1000).Select(one => LabelEventJson.Read(
            one.Record.Value!, JsonSerializer.Serialize(one.Number), default))];
}
