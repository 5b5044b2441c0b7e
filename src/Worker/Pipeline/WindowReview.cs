using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Messages;

namespace Worker.Pipeline;

/// <summary>
/// What becomes of each message of a window: judged once, so that a window that is built again, with a dead letter in
/// some record's place, says the same and spends nothing twice. One caller at a time.
/// </summary>
internal sealed class WindowReview(ReviewOptions options, TimeProvider clock)
{
    private readonly ReviewPolicy policy = new(options);
    private ReviewVerdict[] verdicts = [];
    private DecisionBands? bands;
    private ScoredWindow? judged;
    private float[] widths = [];

    /// <summary>The bounds that the window's decisions were made by.</summary>
    public DecisionBands Bands => bands!;

    /// <summary>How many messages of the window wanted review and were deferred.</summary>
    public int Deferred { get; private set; }

    /// <summary>Judges the window's messages, unless it did.</summary>
    public void Begin(ScoredWindow scored)
    {
        if (ReferenceEquals(judged, scored))
            return;
        judged = scored;
        Deferred = 0;
        var now = clock.GetUtcNow();
        if (bands is null || !bands.Cover(scored.Heads, now))
        {
            bands = new DecisionBands(scored.Heads, now);
            widths = scored.Heads.Heads.Any(head => head.Interval is not null) ? new float[scored.Heads.Heads.Length] : [];
        }
        var records = scored.Window.Source.Records;
        if (verdicts.Length < records.Length)
            verdicts = new ReviewVerdict[records.Length];
        for (var record = 0; record < records.Length; record++)
        {
            if (scored.Window.Failures[record] is not null)
                continue;
            var source = records[record];
            verdicts[record] = policy.Judge(
                new ReviewCandidate
                {
                    Source = new SourcePosition(source.Topic, source.Partition, source.Offset),
                    Bands = bands,
                    Probabilities = scored.Row(record),
                    Tokens = scored.Window.Tokens[record],
                    AnomalyP = scored.AnomalyP(record),
                    Widths = Widths(scored.Heads, scored.Row(record)),
                },
                now);
            Deferred += verdicts[record].State == ReviewState.Deferred ? 1 : 0;
        }
    }

    /// <summary>Of one message of the window that did not fail.</summary>
    public ref readonly ReviewVerdict Verdict(int record) => ref verdicts[record];

    /// <summary>How far the probabilities of labels with few examples can be trusted; 0 for a label whose head does not say, empty where none does.</summary>
    private float[] Widths(HeadSet heads, ReadOnlySpan<float> probabilities)
    {
        for (var label = 0; label < widths.Length; label++)
            widths[label] = (float)(heads.Heads[label].Interval?.Width(probabilities[label]) ?? 0);
        return widths;
    }
}
