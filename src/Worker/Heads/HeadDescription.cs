using Worker.Core.Heads;
using Worker.Terminal;

namespace Worker.Heads;

/// <summary>One head of the topic in words.</summary>
internal static class HeadDescription
{
    /// <param name="entry">Its record, a head.</param>
    /// <param name="topic">It must have followed the label.</param>
    /// <param name="now">Certificates that have expired by then do not count.</param>
    public static IEnumerable<string> Lines(HeadEntry entry, TopicHeads topic, DateTimeOffset now)
    {
        var head = entry.Head!;
        var place = $"{topic.Topic}, {entry.Partition}@{entry.Offset}";
        yield return $"{TextColumns.OneLine(head.Label)}, version {head.Version}, published {entry.When} UTC ({place})";
        if (head.Described is not null)
            yield return HeadDifference.Line(
                "made from", $"{HeadWords.Source(head)}: it never decides, it finds what to ask people about first");
        yield return HeadDifference.Line("threshold", $"yes from p = {HeadWords.Number(head.Thresholds.Decide)}");
        if (head.Thresholds.Low < head.Thresholds.High)
        {
            var between = head.Certificate is null ? "uncertain" : "not certified";
            yield return HeadDifference.Line("band", $"{HeadWords.Band(head.Thresholds)}: {between} between these");
        }
        foreach (var line in Certificate(head, now))
            yield return line;
        yield return HeadDifference.Line("calibration", HeadWords.Calibration(head.Calibration));
        if (head.Interval is { } interval)
        {
            var widest = HeadWords.Number(interval.Probabilities.Max(interval.Width));
            yield return HeadDifference.Line("interval", $"{HeadWords.Interval(interval)}, at its widest {widest}");
        }
        if (topic.Challenger(entry.Label) is { Head: { } challenger } shadow)
            yield return HeadDifference.Line(
                "challenger", $"version {challenger.Version} runs in shadow since {shadow.When} UTC");
        if (topic.Canary(entry.Label) is { } canary)
            yield return HeadDifference.Line(
                "canary",
                $"version {canary.Version} decides {HeadWords.Percent(canary.CanaryShare!.Value)} of the messages");
        yield return HeadDifference.Line("group", head.Group is { } group
            ? $"{TextColumns.OneLine(group)}: exactly one of its labels holds" : "none: decided independently");
        yield return HeadDifference.Line("encoder", head.Encoder);
        yield return HeadDifference.Line("feature", head.Feature);
        var (lowest, highest) = (HeadWords.Number(head.Weights.Min()), HeadWords.Number(head.Weights.Max()));
        yield return HeadDifference.Line("weights", $"{HeadWords.Weights(head)}, from {lowest} to {highest}");
        yield return HeadDifference.Line("trained on", head.Training is { } training
            ? $"{training.Positives:N0} texts with the label, {training.Negatives:N0} without"
            : "unknown: made elsewhere");
        if (head.Training is { ValidationF1: { } f1, ValidationLogLoss: { } loss })
            yield return HeadDifference.Line(
                "", $"F1 {HeadWords.Number(f1)}, log-loss {HeadWords.Number(loss)} on held-out texts");
        if (head.Parent is { } parent)
            yield return HeadDifference.Line("made from", $"version {parent}");
        var there = topic.History.Where(other => other.Head is not null).ToList();
        var versions = RollbackPlan.Versions(entry, there).Split(", ");
        foreach (var line in TextColumns.Wrapped(
            HeadDifference.Line("on the topic", ""), versions, HeadDifference.Line("", "").Length))
            yield return line;
    }

    private static IEnumerable<string> Certificate(Head head, DateTimeOffset now)
    {
        yield return HeadDifference.Line("certificate", HeadWords.Certificate(head.Certificate));
        if (head.Certificate is not { } certificate)
            yield break;
        if (!certificate.Holds(now))
            yield return HeadDifference.Line("", "expired: it certifies nothing any more");
        var where = certificate.Origin == CertificateOrigin.Audit ? "stream" : "training file";
        yield return HeadDifference.Line(
            "", $"holds with {HeadWords.Percent(1 - certificate.Delta)} certainty, for texts like those of the " +
            $"{where}");
        if (certificate.Yes is { } yes)
            yield return HeadDifference.Line("", $"yes from {HeadWords.Number(head.Thresholds.High)}: {Side(yes)}");
        if (certificate.No is { } no)
            yield return HeadDifference.Line("", $"no up to {HeadWords.Number(head.Thresholds.Low)}: {Side(no)}");
    }

    private static string Side(CertifiedSide side) =>
        $"{side.Errors:N0} wrong of {side.Decided:N0} decided of {side.Sample:N0} texts";
}
