using Worker.Core.Decisions;

namespace Worker.Pipeline;

/// <summary>Counts of a window's decisions and review states; good until the next window is judged.</summary>
internal sealed class WindowCounts
{
    private long[] labels = [];

    /// <summary>Messages by <see cref="MessageDecision"/>.</summary>
    public long[] Decisions { get; } = new long[Enum.GetValues<MessageDecision>().Length];

    /// <summary>Messages by <see cref="ReviewState"/>.</summary>
    public long[] States { get; } = new long[Enum.GetValues<ReviewState>().Length];

    /// <summary>Messages of the audit arm.</summary>
    public long Audits { get; private set; }

    /// <summary>
    /// Label decisions by <see cref="LabelDecision.Index"/>; [labels, <see cref="LabelDecision.Count"/>].
    /// </summary>
    public ReadOnlySpan<long> Labels => labels;

    /// <summary>Messages of which a challenger decided otherwise than the head in use; [challengers].</summary>
    public long[] Disagreements { get; private set; } = [];

    /// <summary>Begins a window.</summary>
    public void Begin(int heads, int challengers)
    {
        Disagreements = new long[challengers];
        Array.Clear(Decisions);
        Array.Clear(States);
        Audits = 0;
        if (labels.Length == heads * LabelDecision.Count)
            Array.Clear(labels);
        else
            labels = new long[heads * LabelDecision.Count];
    }

    /// <summary>Changes the review state of a message that was counted.</summary>
    public void Move(ReviewState from, ReviewState to)
    {
        States[(int)from]--;
        States[(int)to]++;
    }

    /// <summary>Counts one message.</summary>
    public void Add(ReadOnlySpan<LabelDecision> decided, in ReviewVerdict verdict)
    {
        Decisions[(int)verdict.Score.Decision]++;
        States[(int)verdict.State]++;
        Audits += verdict.IsAudit ? 1 : 0;
        for (var label = 0; label < decided.Length; label++)
            labels[label * LabelDecision.Count + decided[label].Index]++;
    }
}
