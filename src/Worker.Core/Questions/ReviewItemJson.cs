using System.Text.Json;
using Worker.Core.Json;
using Worker.Core.Messages;

namespace Worker.Core.Questions;

/// <summary>Reads records of the review topic (docs/contracts.md).</summary>
public static class ReviewItemJson
{
    private static readonly long MaximumTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <param name="json">UTF-8.</param>
    /// <exception cref="ReviewItemException">It is no review item.</exception>
    public static ReviewItem Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Item(new JsonField(document.RootElement, Refused));
        }
        catch (JsonException broken)
        {
            throw new ReviewItemException(
                $"is not JSON (line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1})");
        }
    }

    private static ReviewItem Item(JsonField item)
    {
        var review = item["review"];
        return new ReviewItem
        {
            Source = Position(item["source"]),
            At = DateTimeOffset.FromUnixTimeMilliseconds(
                Math.Clamp(Whole(item["source"]["timestamp"]), 0, MaximumTime)),
            Text = item["text"].Text(),
            IsCut = item["text_truncated"].Flag(fallback: false),
            Risk = Share(review["risk"]),
            Reasons = [.. review["reasons"].Items().Select(reason => new ItemReason(
                reason["reason"].Text(), reason["label"].IsNull ? null : reason["label"].Text(),
                Share(reason["strength"])))],
            Propensity = review["propensity"].IsNull ? null : Share(review["propensity"]),
            AnomalyP = item["anomaly"].IsNull ? null : Share(item["anomaly"]["p"]),
            Labels = [.. item["labels"].Members().Select(label => new ItemLabel(
                label.Name, Share(label.Field["p"]), label.Field["decision"].Text(),
                label.Field["confidence"].Text(), label.Field["version"].Integer(1, int.MaxValue)))],
        };
    }

    private static SourcePosition Position(JsonField source) => new(
        source["topic"].Text(), source["partition"].Integer(0, int.MaxValue), Whole(source["offset"]));

    private static long Whole(JsonField field) =>
        field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt64(out var number)
            ? number
            : throw field.Unexpected("a whole number");

    private static double Share(JsonField field) =>
        field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetDouble(out var number)
            && number is >= 0 and <= 1
            ? number
            : throw field.Unexpected("a number from 0 to 1");

    private static ReviewItemException Refused(string path, string reason) =>
        new(path.Length == 0 ? reason : $"has \"{path}\" that {reason}");
}
