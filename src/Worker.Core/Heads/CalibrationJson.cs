namespace Worker.Core.Heads;

/// <summary>The JSON contract of a head's calibration and interval; part of <see cref="HeadJson"/>.</summary>
internal static class CalibrationJson
{
    private const string Platt = "platt";
    private const string Isotonic = "isotonic";
    private const string VennAbers = "venn-abers";

    public static CalibrationRecord ToRecord(Calibration calibration) => calibration.Curve is { } curve
        ? new() { Method = Isotonic, Logits = [.. curve.Logits], Probabilities = [.. curve.Probabilities] }
        : new() { Method = Platt, Slope = calibration.Slope, Intercept = calibration.Intercept };

    public static IntervalRecord? ToRecord(ProbabilityInterval? interval) => interval is null
        ? null
        : new()
        {
            Method = VennAbers,
            P = [.. interval.Probabilities],
            Low = [.. interval.Low],
            High = [.. interval.High],
        };

    /// <exception cref="HeadFormatException">It is not a calibration that this version knows.</exception>
    public static Calibration FromRecord(CalibrationRecord record)
    {
        switch (record.Method)
        {
            case null:
                throw HeadJson.Missing("calibration.method");
            case Platt:
                return new Calibration(
                    record.Slope ?? throw HeadJson.Missing("calibration.slope"),
                    record.Intercept ?? throw HeadJson.Missing("calibration.intercept"));
            case Isotonic:
                var (logits, probabilities) = (
                    record.Logits ?? throw HeadJson.Missing("calibration.logits"),
                    record.Probabilities ?? throw HeadJson.Missing("calibration.probabilities"));
                return Calibration.Identity with
                {
                    Curve = Made("calibration", () => new CalibrationCurve(logits, probabilities)),
                };
            default:
                throw new HeadFormatException("calibration.method",
                    $"is '{record.Method}', this version knows '{Platt}' and '{Isotonic}': train the head again or " +
                    "update the worker");
        }
    }

    /// <exception cref="HeadFormatException">It is not an interval that this version knows.</exception>
    public static ProbabilityInterval FromRecord(IntervalRecord record)
    {
        if (record.Method != VennAbers)
            throw record.Method is null
                ? HeadJson.Missing("interval.method")
                : new HeadFormatException(
                    "interval.method",
                    $"is '{record.Method}', this version knows '{VennAbers}': train the head again or update the " +
                    "worker");
        var (p, low, high) = (
            record.P ?? throw HeadJson.Missing("interval.p"),
            record.Low ?? throw HeadJson.Missing("interval.low"),
            record.High ?? throw HeadJson.Missing("interval.high"));
        return Made("interval", () => new ProbabilityInterval(p, low, high));
    }

    private static T Made<T>(string field, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException wrong)
        {
            // Without the parameter's name, which the framework appends.
            throw new HeadFormatException(
                field, wrong.Message.Split(
                    " (Parameter", 2)[0] + ": the record is damaged, train the head again", wrong);
        }
    }
}
