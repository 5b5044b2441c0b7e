using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Messages;

namespace Worker.Core.Results;

/// <summary>
/// Writes results and review items as JSON (docs/contracts.md). Parts that are the same for every message of a head set
/// are encoded once, so a message with 500 labels costs 500 numbers and copies, and allocates only the record itself.
/// One caller at a time.
/// </summary>
public sealed class ResultJson
{
    // "00" to "99": two digits at a time halve the divisions.
    private static readonly byte[] Pairs =
        [.. Enumerable.Range(0, 100).SelectMany(n =>
            Encoding.ASCII.GetBytes(n.ToString("00", CultureInfo.InvariantCulture)))];

    /// <summary>Sets of heads whose labels are kept encoded.</summary>
    private const int MaximumKnown = 4;

    private static readonly byte[][] Decisions = [.. Enum.GetValues<MessageDecision>()
        .Select(decision => Encoding.ASCII.GetBytes($",\"decision\":\"{DecisionNames.Of(decision)}\""))];
    private static readonly byte[][] ReviewStates = [.. Enum.GetValues<ReviewState>()
        .Select(state => Encoding.ASCII.GetBytes($",\"review\":{{\"state\":\"{DecisionNames.Of(state)}\",\"risk\":"))];

    private readonly ArrayBufferWriter<byte> buffer = new(4096);
    private readonly LabelTrim trim;
    private readonly List<LabelBytes> known = [];
    private LabelBytes? labels;
    private (string Name, byte[] Escaped) topic = ("", []);

    public ResultJson(ResultOptions? options = null) => trim = new LabelTrim(options ?? new());

    /// <summary>
    /// {"source":{"topic","partition","offset","timestamp"},"encoder","tokens","chunks"?,"truncated"?,
    /// "decision","top"?:{"label","p"},
    /// "uncertain","anomaly"?:{"p"},"review"?:{"state","risk","reasons":[{"reason","label"?,"strength"}],"propensity"?,
    /// "question"?},"echo"?,"labels":{"spam":{"p","decision","confidence","version"}},"omitted"?}.
    /// </summary>
    /// <param name="result">The message.</param>
    /// <param name="heads">The heads that scored it.</param>
    /// <param name="probabilities">One for each head, in [0, 1]; written with six decimals.</param>
    /// <param name="decisions">One for each head.</param>
    /// <param name="echo">A JSON object of the echoed fields; empty for none.</param>
    public byte[] WriteResult(in MessageResult result, HeadSet heads,
        ReadOnlySpan<float> probabilities, ReadOnlySpan<LabelDecision> decisions, ReadOnlySpan<byte> echo = default)
    {
        Begin(heads);
        Raw("{"u8);
        WriteCommon(result, probabilities, echo);
        WriteLabels(probabilities, decisions, trim.IsOn);
        Raw("}"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// The same with {"text","text_truncated"?} first and every label named: what a person needs to answer.
    /// </summary>
    /// <param name="text">UTF-8: the text, or its start.</param>
    /// <param name="isCut">Whether it is only the start.</param>
    public byte[] WriteReviewItem(
        in MessageResult result, HeadSet heads,
        ReadOnlySpan<float> probabilities, ReadOnlySpan<LabelDecision> decisions, ReadOnlySpan<byte> text,
        ReadOnlySpan<byte> echo = default, bool isCut = false)
    {
        Begin(heads);
        Raw("{\"text\":\""u8);
        Raw(JsonEscape.Encode(text));
        Raw(isCut ? "\",\"text_truncated\":true,"u8 : "\","u8);
        WriteCommon(result, probabilities, echo);
        WriteLabels(probabilities, decisions, trimmed: false);
        Raw("}"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private void Begin(HeadSet heads)
    {
        buffer.ResetWrittenCount();
        if (labels is null || !ReferenceEquals(labels.Heads, heads))
            labels = Labels(heads);
    }

    /// <summary>The labels of a set, encoded: with canaries, the messages of a window have a few sets.</summary>
    private LabelBytes Labels(HeadSet heads)
    {
        foreach (var one in known)
            if (ReferenceEquals(one.Heads, heads))
                return one;
        if (known.Count == MaximumKnown)
            known.RemoveAt(0);
        known.Add(new LabelBytes(heads));
        return known[^1];
    }

    private void WriteCommon(in MessageResult result, ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> echo)
    {
        Raw("\"source\":{"u8);
        WritePosition(result.Source);
        Raw(",\"timestamp\":"u8);
        Number(result.TimestampMs);
        Raw("},\"encoder\":\""u8);
        Raw(labels!.Encoder);
        Raw("\",\"tokens\":"u8);
        Number(result.Tokens);
        if (result.Chunks > 1)
        {
            Raw(",\"chunks\":"u8);
            Number(result.Chunks);
        }
        if (result.Truncated)
            Raw(",\"truncated\":true"u8);
        Raw(Decisions[(int)result.Review.Score.Decision]);
        if (result.Outcome.Top >= 0)
        {
            Raw(",\"top\":{\"label\":\""u8);
            Raw(labels!.Name(result.Outcome.Top));
            Raw("\",\"p\":"u8);
            Fraction(probabilities[result.Outcome.Top]);
            Raw("}"u8);
        }
        Raw(",\"uncertain\":"u8);
        Number(result.Outcome.Uncertain);
        if (!float.IsNaN(result.AnomalyP))
        {
            Raw(",\"anomaly\":{\"p\":"u8);
            Fraction(result.AnomalyP);
            Raw("}"u8);
        }
        if (result.Review.State != ReviewState.None)
            WriteReview(result.Review);
        if (echo.IsEmpty)
            return;
        Raw(",\"echo\":"u8);
        Raw(echo);
    }

    private void WriteReview(in ReviewVerdict review)
    {
        Raw(ReviewStates[(int)review.State]);
        Fraction(review.Score.Risk);
        Raw(",\"reasons\":["u8);
        for (var i = 0; i < review.Score.Reasons.Count; i++)
            WriteReason(review.Score.Reasons[i], first: i == 0);
        Raw("]"u8);
        if (review.IsAudit)
        {
            Raw(",\"propensity\":"u8);
            Fraction(review.Propensity);
        }
        if (review.State == ReviewState.Shared)
        {
            Raw(",\"question\":{"u8);
            WritePosition(review.Question);
            Raw("}"u8);
        }
        Raw("}"u8);
    }

    private void WriteReason(ReviewReason reason, bool first)
    {
        Raw(first ? "{\"reason\":\""u8 : ",{\"reason\":\""u8);
        Raw(reason.Kind switch
        {
            ReviewReasonKind.Uncertain => "uncertain"u8,
            ReviewReasonKind.Uncertified => "uncertified"u8,
            ReviewReasonKind.Disagreement => "disagreement"u8,
            ReviewReasonKind.Anomaly => "anomaly"u8,
            ReviewReasonKind.Described => "described"u8,
            _ => "audit"u8,
        });
        if (reason.Label >= 0)
        {
            Raw("\",\"label\":\""u8);
            Raw(labels!.Name(reason.Label));
        }
        Raw("\",\"strength\":"u8);
        Fraction(reason.Strength);
        Raw("}"u8);
    }

    private void WriteLabels(ReadOnlySpan<float> probabilities, ReadOnlySpan<LabelDecision> decisions, bool trimmed)
    {
        Raw(",\"labels\":{"u8);
        if (trimmed)
            trim.Begin(probabilities);
        var span = buffer.GetSpan(labels!.MaximumBytes);
        var (at, omitted) = (0, 0);
        for (var label = 0; label < probabilities.Length; label++)
        {
            var p = probabilities[label];
            var decision = decisions[label];
            if (trimmed && !trim.Names(p, decision.Decision))
            {
                omitted++;
                continue;
            }
            if (at > 0)
                span[at++] = (byte)',';
            at += Copy(labels.Before(label), span[at..]);
            Fraction(p, span[at..]);
            at += LabelBytes.Fraction;
            at += Copy(LabelBytes.Between(decision), span[at..]);
            at += Copy(labels.After(label), span[at..]);
        }
        buffer.Advance(at);
        Raw("}"u8);
        if (omitted > 0)
        {
            Raw(",\"omitted\":"u8);
            Number(omitted);
        }
    }

    private void WritePosition(SourcePosition position)
    {
        // Nearly always there is only one topic.
        if (!ReferenceEquals(topic.Name, position.Topic))
            topic = (position.Topic, JsonEscape.Encode(position.Topic));
        Raw("\"topic\":\""u8);
        Raw(topic.Escaped);
        Raw("\",\"partition\":"u8);
        Number(position.Partition);
        Raw(",\"offset\":"u8);
        Number(position.Offset);
    }

    private void Fraction(double value)
    {
        Fraction(value, buffer.GetSpan(LabelBytes.Fraction));
        buffer.Advance(LabelBytes.Fraction);
    }

    /// <summary>A number in [0, 1] with six decimals: several times faster than the shortest exact form.</summary>
    private static void Fraction(double value, Span<byte> to)
    {
        var millionths = (uint)(Math.Clamp(value, 0, 1) * 1_000_000 + 0.5);
        var (whole, rest) = Math.DivRem(millionths, 1_000_000u);
        var (high, low) = (rest / 10_000, rest % 10_000);
        to[7] = Pairs[2 * (low % 100) + 1];
        to[6] = Pairs[2 * (low % 100)];
        to[5] = Pairs[2 * (low / 100) + 1];
        to[4] = Pairs[2 * (low / 100)];
        to[3] = Pairs[2 * high + 1];
        to[2] = Pairs[2 * high];
        to[1] = (byte)'.';
        to[0] = (byte)('0' + whole);
    }

    private void Number(long value)
    {
        Utf8Formatter.TryFormat(value, buffer.GetSpan(20), out var written);
        buffer.Advance(written);
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer.GetSpan(bytes.Length));
        buffer.Advance(bytes.Length);
    }

    private static int Copy(ReadOnlySpan<byte> bytes, Span<byte> to)
    {
        bytes.CopyTo(to);
        return bytes.Length;
    }
}
