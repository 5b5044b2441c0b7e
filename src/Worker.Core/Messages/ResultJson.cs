using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Worker.Core.Decisions;
using Worker.Core.Heads;

namespace Worker.Core.Messages;

/// <summary>What was found in one message, as it is published.</summary>
/// <param name="Source">Where the message came from.</param>
/// <param name="TimestampMs">Its Kafka timestamp, in ms since 1970.</param>
/// <param name="Tokens">Tokens that were scored, [CLS] and [SEP] included.</param>
/// <param name="Truncated">Whether the text was longer than that.</param>
/// <param name="Review">Why it also goes to review, or null.</param>
public readonly record struct MessageResult(SourcePosition Source, long TimestampMs, int Tokens, bool Truncated, ReviewReason? Review);

/// <summary>
/// Writes results and review items as JSON (docs/contracts.md). What is the same for every message of a head set is
/// encoded once, so a message with 500 labels costs 500 numbers and copies. One caller at a time.
/// </summary>
public sealed class ResultJson
{
    // People read review items: no escapes but those JSON needs.
    private static readonly JavaScriptEncoder Escaper = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly ArrayBufferWriter<byte> buffer = new(4096);
    private HeadSet? heads;
    private byte[][] prefixes = [];
    private byte[][] suffixes = [];
    private byte[] encoder = [];

    /// <summary>
    /// {"source":{"topic","partition","offset","timestamp"},"encoder","tokens","truncated"?,"review"?,
    /// "labels":{"spam":{"p","decision","version"}}}.
    /// </summary>
    /// <param name="result">The message.</param>
    /// <param name="set">The heads that scored it.</param>
    /// <param name="probabilities">One for each head, in [0, 1]; written with six decimals.</param>
    public byte[] WriteResult(in MessageResult result, HeadSet set, ReadOnlySpan<float> probabilities)
    {
        Begin(set);
        Raw("{"u8);
        WriteCommon(result);
        WriteLabels(probabilities);
        Raw("}"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same with {"text"} first: what a person needs to answer.</summary>
    public byte[] WriteReviewItem(in MessageResult result, HeadSet set, ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> text)
    {
        Begin(set);
        Raw("{\"text\":\""u8);
        Raw(JsonEncodedText.Encode(text, Escaper).EncodedUtf8Bytes);
        Raw("\","u8);
        WriteCommon(result);
        WriteLabels(probabilities);
        Raw("}"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private void Begin(HeadSet set)
    {
        buffer.ResetWrittenCount();
        if (ReferenceEquals(heads, set))
            return;
        heads = set;
        encoder = Escaped(set.Encoder);
        prefixes = [.. set.Heads.Select((head, i) => Bytes($"{(i == 0 ? "" : ",")}\"{JsonEncodedText.Encode(head.Label, Escaper)}\":{{\"p\":"))];
        suffixes = [.. set.Heads.SelectMany(head => new[] { "no", "review", "yes" }
            .Select(decision => Bytes($",\"decision\":\"{decision}\",\"version\":{head.Version}}}")))];
    }

    private void WriteCommon(in MessageResult result)
    {
        Raw("\"source\":{\"topic\":\""u8);
        Raw(JsonEncodedText.Encode(result.Source.Topic, Escaper).EncodedUtf8Bytes);
        Raw("\",\"partition\":"u8);
        Number(result.Source.Partition);
        Raw(",\"offset\":"u8);
        Number(result.Source.Offset);
        Raw(",\"timestamp\":"u8);
        Number(result.TimestampMs);
        Raw("},\"encoder\":\""u8);
        Raw(encoder);
        Raw("\",\"tokens\":"u8);
        Number(result.Tokens);
        if (result.Truncated)
            Raw(",\"truncated\":true"u8);
        if (result.Review is { } review)
        {
            Raw(",\"review\":{\"reason\":\"uncertain\",\"label\":\""u8);
            Raw(JsonEncodedText.Encode(review.Label, Escaper).EncodedUtf8Bytes);
            Raw("\",\"uncertainty\":"u8);
            Fraction(review.Uncertainty);
            Raw("}"u8);
        }
    }

    private void WriteLabels(ReadOnlySpan<float> probabilities)
    {
        Raw(",\"labels\":{"u8);
        for (var i = 0; i < probabilities.Length; i++)
        {
            Raw(prefixes[i]);
            Fraction(probabilities[i]);
            Raw(suffixes[3 * i + (int)heads!.Heads[i].Thresholds.Decide(probabilities[i])]);
        }
        Raw("}"u8);
    }

    /// <summary>A number in [0, 1] with six decimals: several times faster than the shortest exact form.</summary>
    private void Fraction(double value)
    {
        var millionths = (int)Math.Round(Math.Clamp(value, 0, 1) * 1_000_000);
        var span = buffer.GetSpan(8);
        span[0] = (byte)('0' + millionths / 1_000_000);
        span[1] = (byte)'.';
        for (int digit = 7, rest = millionths % 1_000_000; digit >= 2; digit--, rest /= 10)
            span[digit] = (byte)('0' + rest % 10);
        buffer.Advance(8);
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

    private static byte[] Escaped(string text) => JsonEncodedText.Encode(text, Escaper).EncodedUtf8Bytes.ToArray();

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
