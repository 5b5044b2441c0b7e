using System.Text.Json;
using Worker.Core.Answers;
using Worker.Review.Http;
using Worker.Store;
using Worker.Store.Questions;

namespace Worker.Review.Items;

/// <summary>
/// Questions as people see them. Invariant: whoever is not to see scores does not get them, in no field and no order.
/// </summary>
internal sealed class ReviewDesk(LearningStore store, string labelsTopic, WebOptions options, TimeProvider clock)
{
    private readonly QuestionQueue queue = store.Questions(labelsTopic);

    public LeaseView Lease(string person, LeaseRequest request)
    {
        var items = queue.Lease(Reviewer(person, request.Seat), request.Count, options.Lease);
        var length = store.Figures.Length();
        return new LeaseView(
            [.. items.Select(item => View(item, request.Blind))], length.Open, length.Leased,
            options.LeaseSeconds);
    }

    /// <exception cref="QuestionException">There is none of that id.</exception>
    public ReviewItemView Find(long id, bool blind) => View(Need(id), blind);

    public AnswerView Answer(string person, string key, long id, AnswerRequest request)
    {
        var outcome = Answer(person, request.Seat, key, id, request.Labels, request.Shown, AnswerMode.Single,
            request.Milliseconds);
        return new AnswerView(key, outcome == ResponseOutcome.Repeated);
    }

    /// <summary>Answers those that nobody else has; some of them are asked of somebody else again.</summary>
    public BulkView Bulk(string person, string key, BulkRequest request)
    {
        var (answered, left) = (new List<long>(), new List<long>());
        foreach (var id in request.Items.Distinct())
        {
            try
            {
                Answer(person, request.Seat, $"{key}:{id}", id, request.Labels, request.Shown, AnswerMode.Bulk, null);
                answered.Add(id);
            }
            catch (QuestionException)
            {
                left.Add(id);
            }
        }
        return new BulkView(answered, left);
    }

    public AnswerView Skip(string person, string key, long id, SkipRequest request) => new(
        key, queue.Skip(Reviewer(person, request.Seat), key, id) == ResponseOutcome.Repeated);

    /// <param name="key">Of the response; null for the person's last one.</param>
    public UndoView Undo(string person, string? key, UndoRequest request) => new(
        queue.Undo(Reviewer(person, request.Seat), key, options.Lease) is { } item
            ? View(item, request.Blind) : null);

    public void Release(string person, string seat) => queue.Release(Reviewer(person, seat));

    public ProgressView Progress(string person)
    {
        var figures = store.Figures.Progress(person, new DateTimeOffset(clock.GetUtcNow().Date, TimeSpan.Zero));
        return new ProgressView(
            figures.Queue.Open, figures.Queue.Leased, figures.Mine, figures.All, figures.LastHour,
            Agreement(figures.Blind), Agreement(figures.Shown));
    }

    /// <summary>A question, with or without scores.</summary>
    public static ReviewItemView View(Question question, bool blind)
    {
        var content = question.Content;
        var (isAudit, source) = (question.Propensity is not null, question.Source);
        var isBlind = blind || question.IsBlind || isAudit;
        var labels = content.Labels.Select(label => new LabelView(
            label.Label, label.IsAsked, label.P, label.Decision, label.Confidence, label.Version));
        return new ReviewItemView(
            question.Id, question.Text, content.IsCut, new MessageView(source.Topic, source.Partition, source.Offset),
            content.At,
            isBlind ? [] : [.. content.Reasons.Select(one => new ReasonView(one.Reason, one.Label, one.Strength))],
            isBlind
                ? [.. labels.Where(label => label.Asked).OrderBy(label => label.Label, StringComparer.Ordinal)
                    .Select(label => new LabelView(label.Label, true, null, null, null, null))]
                : [.. labels],
            isBlind, question.IsSecond, isAudit, question.Wanted, isBlind ? null : content.Risk,
            isBlind ? null : content.AnomalyP);
    }

    private ResponseOutcome Answer(
        string person, string seat, string key, long id, IReadOnlyDictionary<string, JsonElement> labels, bool shown,
        AnswerMode mode, int? milliseconds)
    {
        var question = Need(id);
        var isBlind = !shown || question.IsBlind || question.Propensity is not null;
        var known = question.Content.Labels.ToDictionary(label => label.Label, StringComparer.Ordinal);
        var answers = labels.Select(answer => new LabelAnswer(
            LabelName(answer.Key), Value(answer.Key, answer.Value),
            isBlind ? null : known.GetValueOrDefault(answer.Key)?.P,
            isBlind ? null : known.GetValueOrDefault(answer.Key)?.Version)).ToList();
        return queue.Answer(Reviewer(person, seat), new ResponseRequest(
            key, id, answers, isBlind, mode, milliseconds, "review", Further(question, answers, mode)));
    }

    /// <summary>
    /// How many more people are asked: one, for a share of the answers, the more the more often people contradict
    /// each other about the labels. A second opinion is the last one.
    /// </summary>
    private int Further(Question question, List<LabelAnswer> answers, AnswerMode mode)
    {
        if (question.IsSecond)
            return 0;
        if (mode == AnswerMode.Bulk)
            return Draw(options.BulkAudit);
        var disagreement = store.Figures.Disagreement(answers.Select(answer => answer.Label));
        // A label that nobody answered twice stands at one half, and gets the share that is set.
        return Draw(options.SecondOpinions * 2 * (disagreement.Count == 0 ? 0.5 : disagreement.Values.Max()));
    }

    private static int Draw(double share) => Random.Shared.NextDouble() < share ? 1 : 0;

    private Question Need(long id) => queue.Find(id) ?? throw new QuestionException(
        QuestionFault.Unknown, $"there is no question {id}: it never was, or its text was erased");

    private static AgreementView Agreement(AgreementFigure figure) =>
        new(figure.Answered, figure.Answered == 0 ? null : figure.Agreed / (double)figure.Answered);

    /// <summary>A seat is a person's own: nobody takes another one's questions by naming the same seat.</summary>
    private static Reviewer Reviewer(string person, string seat) => new(person, $"{person}/{seat}");

    private static string LabelName(string label) =>
        !string.IsNullOrWhiteSpace(label) && label.Length <= LabelEventJson.MaximumName && !label.Any(char.IsControl)
            ? label
            : throw new RefusedRequestException(400, "bad-request",
                $"a label is empty, longer than {LabelEventJson.MaximumName} characters, or has control characters");

    private static double? Value(string label, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when value.GetString() is "yes" => 1,
        JsonValueKind.String when value.GetString() is "no" => 0,
        JsonValueKind.String when value.GetString() is "unknown" => null,
        JsonValueKind.Number when value.TryGetDouble(out var number) && number is >= 0 and <= 1 => number,
        _ => throw new RefusedRequestException(400, "bad-request",
            $"the answer to '{label}' is none of \"yes\", \"no\", \"unknown\" and a number from 0 to 1"),
    };
}
