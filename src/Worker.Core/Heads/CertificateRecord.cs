namespace Worker.Core.Heads;

/// <summary>
/// The JSON shape of a certificate, and the two ways between it and <see cref="Certificate"/>:
/// <code>
/// {"error":0.05,"delta":0.05,"date":"2026-11-21T00:00:00+00:00","expires":"…","origin":"training",
///  "yes":{"sample":2000,"decided":260,"errors":7,"share":0.13},"no":{…}}
/// </code> A side without evidence is absent. The origin is absent in old records, which means training. The share is
/// for readers; it follows from the counts and is not read back.
/// </summary>
internal sealed class CertificateRecord
{
    public double? Error { get; init; }

    public double? Delta { get; init; }

    public DateTimeOffset? Date { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public string? Origin { get; init; }

    public CertifiedSideRecord? Yes { get; init; }

    public CertifiedSideRecord? No { get; init; }

    public static CertificateRecord? From(Certificate? certificate) => certificate is null
        ? null
        : new()
        {
            Error = certificate.Error,
            Delta = certificate.Delta,
            Date = certificate.Date,
            Expires = certificate.Expires,
            Origin = certificate.Origin == CertificateOrigin.Audit ? "audit" : "training",
            Yes = CertifiedSideRecord.From(certificate.Yes),
            No = CertifiedSideRecord.From(certificate.No),
        };

    /// <exception cref="HeadFormatException">A field is missing or out of range.</exception>
    public Certificate ToCertificate() => new(
        Fraction(Error, "certificate.error"),
        Fraction(Delta, "certificate.delta"),
        Date ?? throw new HeadFormatException("certificate.date", "is missing"),
        Expires,
        Origin switch
        {
            // Records from before certificates had an origin count as the weaker one.
            null or "training" => CertificateOrigin.Training,
            "audit" => CertificateOrigin.Audit,
            _ => throw new HeadFormatException("certificate.origin", $"is '{Origin}': it must be training or audit"),
        },
        Yes?.ToSide("certificate.yes"),
        No?.ToSide("certificate.no"));

    private static double Fraction(double? value, string field) => value switch
    {
        null => throw new HeadFormatException(field, "is missing"),
        > 0 and < 1 => value.Value,
        _ => throw new HeadFormatException(field, $"is {value}: it must lie between 0 and 1"),
    };
}

/// <summary>The JSON shape of one side.</summary>
internal sealed class CertifiedSideRecord
{
    public int? Sample { get; init; }

    public int? Decided { get; init; }

    public int? Errors { get; init; }

    public double? Share { get; init; }

    public static CertifiedSideRecord? From(CertifiedSide? side) => side is null
        ? null
        : new()
        {
            Sample = side.Sample,
            Decided = side.Decided,
            Errors = side.Errors,
            Share = Math.Round(side.Share, 4),
        };

    public CertifiedSide ToSide(string field)
    {
        var side = new CertifiedSide(
            Sample ?? throw new HeadFormatException(field + ".sample", "is missing"),
            Decided ?? throw new HeadFormatException(field + ".decided", "is missing"),
            Errors ?? throw new HeadFormatException(field + ".errors", "is missing"));
        return side is { Errors: >= 0, Sample: >= 1 } && side.Errors <= side.Decided && side.Decided <= side.Sample
            ? side
            : throw new HeadFormatException(
                field, $"counts {side.Errors} errors in {side.Decided} decided of {side.Sample}: 0 <= errors <= " +
                    "decided <= sample must hold");
    }
}
