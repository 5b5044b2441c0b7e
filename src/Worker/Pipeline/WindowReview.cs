using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Kafka.Groups;

namespace Worker.Pipeline;

/// <summary>
/// Decides each message of a window and judges whether people are asked. This happens once: a window that is built
/// again, with a dead letter in place of some record, gets the same answers and spends nothing twice. One caller at a
/// time.
/// </summary>
internal sealed class WindowReview(DecisionOptions decisions, ReviewOptions options, TimeProvider clock)
{
    private readonly ReviewPolicy policy = new(options);
    private ReviewVerdict[] verdicts = [];
    private MessageOutcome[] outcomes = [];
    private LabelDecision[] labels = [];
    private DecisionBands[] bands = [];
    private int width;
    private ScoredWindow? judged;

    /// <summary>Counts of the window's decisions and review states.</summary>
    public WindowCounts Counts { get; } = new();

    /// <summary>Judges the window's messages, unless it already did.</summary>
    /// <param name="canAsk"> Whether the records of a message that people are asked about fit their topics. If they do
    /// not, nobody is asked, nothing is spent, and no other message waits for that answer.
    /// </param>
    public void Begin(ScoredWindow scored, Func<int, bool> canAsk)
    {
        if (ReferenceEquals(judged, scored))
            return;
        judged = scored;
        Counts.Begin(scored.Heads.Heads.Length, scored.Heads.Challengers.Length);
        var now = clock.GetUtcNow();
        BeginBands(scored.Heads, now);
        var records = scored.Window.Source.Records;
        if (verdicts.Length < records.Length)
            (verdicts, outcomes) = (new ReviewVerdict[records.Length], new MessageOutcome[records.Length]);
        if (labels.Length < records.Length * width)
            labels = new LabelDecision[records.Length * width];
        for (var record = 0; record < records.Length; record++)
        {
            if (scored.Window.Failures[record] is not null)
                continue;
            var source = records[record];
            var row = labels.AsSpan(record * width, width);
            var own = bands[scored.Variant(record)];
            outcomes[record] = own.Decide(scored.Row(record), row, scored.Window.Certifies(record));
            verdicts[record] = policy.Judge(
                new ReviewCandidate
                {
                    Source = Position(source),
                    Bands = own,
                    Probabilities = scored.Row(record),
                    Labels = row,
                    Outcome = outcomes[record],
                    Tokens = scored.Window.Tokens[record],
                    AnomalyP = scored.AnomalyP(record),
                    Challengers = scored.Heads.Challengers.AsSpan(),
                    ChallengerProbabilities = scored.Shadow(record),
                },
                now);
            if (verdicts[record].State == ReviewState.Asked && !canAsk(record))
                verdicts[record] = policy.Withdraw(Position(source), verdicts[record]);
            Counts.Add(row, verdicts[record]);
            CountDisagreements(scored, record, own);
        }
    }

    /// <summary>Bounds of each variant of the heads; those that still hold stay.</summary>
    private void BeginBands(HeadSet heads, DateTimeOffset now)
    {
        width = heads.Heads.Length;
        var before = bands;
        bands = new DecisionBands[heads.Variants.Length];
        for (var variant = 0; variant < bands.Length; variant++)
        {
            var own = heads.Variants[variant].Heads;
            bands[variant] = variant < before.Length && before[variant].Cover(own, now)
                ? before[variant] : new DecisionBands(own, decisions, now);
        }
    }

    private void CountDisagreements(ScoredWindow scored, int record, DecisionBands bands)
    {
        var shadow = scored.Shadow(record);
        for (var i = 0; i < shadow.Length; i++)
        {
            var challenger = scored.Heads.Challengers[i];
            var p = scored.Row(record)[challenger.Label];
            Counts.Disagreements[i] += challenger.Disagrees(shadow[i], bands.Passes(challenger.Label, p)) ? 1 : 0;
        }
    }

    /// <summary>
    /// People are not asked about the message after all, because Kafka refused its review item. Other messages of the
    /// window do not wait for that answer either.
    /// </summary>
    public void Withdraw(int record)
    {
        var records = judged!.Window.Source.Records;
        var question = Position(records[record]);
        Change(record, policy.Withdraw(question, verdicts[record]));
        for (var other = 0; other < records.Length; other++)
            if (judged.Window.Failures[other] is null && verdicts[other].State == ReviewState.Shared
                && verdicts[other].Question == question)
                Change(other, verdicts[other] with { State = ReviewState.Deferred, Question = default });

        void Change(int which, ReviewVerdict to)
        {
            Counts.Move(verdicts[which].State, to.State);
            verdicts[which] = to;
        }
    }

    private static SourcePosition Position(SourceRecord source) => new(source.Topic, source.Partition, source.Offset);

    /// <summary>The label decisions of one message of the window that did not fail; [labels].</summary>
    public ReadOnlySpan<LabelDecision> Labels(int record) =>
        labels.AsSpan(record * width, width);

    /// <summary>The decision for such a message as a whole.</summary>
    public ref readonly MessageOutcome Outcome(int record) => ref outcomes[record];

    /// <summary>Whether and why people are asked about such a message.</summary>
    public ref readonly ReviewVerdict Verdict(int record) => ref verdicts[record];
}
