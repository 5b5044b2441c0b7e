using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Heads;

namespace Worker.Core.Tests.Heads;

public class HeadJsonTests
{
    private const string Complete = """
        {"label":"spam","version":2,"encoder":"3fa2","feature":"mean","weights":"AACAPwAAAMA=","bias":-1.5,
         "calibration":{"method":"platt","slope":1.25,"intercept":0.5},"thresholds":{"low":0.25,"decide":0.5,"high":0.75},
         "training":{"positives":12,"negatives":90,"validation_f1":0.9,"validation_log_loss":0.1},"parent":1}
        """;

    private static readonly Gen<Certificate?> Certificates =
        from parts in Gen.Choose(1, 99).ArrayOf(6)
        from kind in Gen.Choose(0, 3)
        let date = new DateTimeOffset(2026, 1, parts[0] % 28 + 1, 0, 0, 0, TimeSpan.Zero)
        select kind == 0 ? null : new Certificate(
            parts[1] / 100.0, parts[2] / 100.0, date, kind == 1 ? null : date.AddDays(parts[3]),
            parts[0] % 2 == 0 ? CertificateOrigin.Training : CertificateOrigin.Audit,
            kind == 2
                ? null
                : new CertifiedSide(300, 200, parts[4]), kind == 3 ? null
                : new CertifiedSide(parts[5], parts[5], 0));

    [Fact]
    public void A_head_is_read_back_bit_for_bit()
    {
        // Any bit pattern as a weight, infinities and signalling NaNs too; any finite double elsewhere.
        var heads =
            from bits in ArbMap.Default.GeneratorFor<int>().NonEmptyListOf()
            from bias in ArbMap.Default.GeneratorFor<NormalFloat>()
            from doubles in ArbMap.Default.GeneratorFor<NormalFloat>().ArrayOf(7)
            from label in Gen.Elements("spam", "Beschwerde über \"Preis\"", "苦情", "a\nb", "\u0000", "😀+/<>")
            from counts in Gen.Choose(0, int.MaxValue).ArrayOf(3)
            from training in Gen.Choose(0, 2)
            from certificate in Certificates
            select new Head
            {
                Label = label,
                Version = Math.Max(1, counts[0]),
                Encoder = "3fa2",
                Feature = "layer3",
                Weights = [.. bits.Select(BitConverter.Int32BitsToSingle)],
                Bias = float.IsFinite((float)bias.Get) ? (float)bias.Get : -0f,
                Calibration = new(doubles[0].Get, doubles[1].Get),
                Thresholds = new(doubles[2].Get, doubles[3].Get, doubles[4].Get),
                Certificate = certificate,
                Group = counts[2] % 2 == 0 ? null : label + " group",
                Training = training == 0
                    ? null
                    : new(counts[1], counts[2], training == 1 ? null : doubles[5].Get, doubles[6].Get),
                Parent = training == 0 ? null : counts[0],
            };

        Prop.ForAll(heads.ToArbitrary(), head =>
        {
            var read = HeadJson.Parse(HeadJson.Serialize(head));
            Assert.Equal(head.Weights.Select(BitConverter.SingleToInt32Bits),
                read.Weights.Select(BitConverter.SingleToInt32Bits));
            Assert.Equal(BitConverter.SingleToInt32Bits(head.Bias), BitConverter.SingleToInt32Bits(read.Bias));
            Assert.Equal(head with { Weights = read.Weights }, read);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Isotonic_calibration_and_an_interval_are_read_back_and_used()
    {
        var head = HeadJson.Parse(System.Text.Encoding.UTF8.GetBytes(Complete)) with
        {
            Calibration = Calibration.Identity with { Curve = new CalibrationCurve([-1, 0, 2], [0.1, 0.4, 0.8]) },
            Interval = new ProbabilityInterval([0.1, 0.8], [0.05, 0.6], [0.3, 0.9]),
        };
        var read = HeadJson.Parse(HeadJson.Serialize(head));
        Assert.Equal(head with { Weights = read.Weights }, read);
        var json = System.Text.Encoding.UTF8.GetString(HeadJson.Serialize(head));
        Assert.Contains(
            "\"calibration\":{\"method\":\"isotonic\",\"logits\":[-1,0,2],\"probabilities\":[0.1,0.4,0.8]}", json);
        Assert.Contains(
            "\"interval\":{\"method\":\"venn-abers\",\"p\":[0.1,0.8],\"low\":[0.05,0.6],\"high\":[0.3,0.9]}", json);
        Assert.Equal(
            [0.1, 0.25, 0.4, 0.6, 0.8], new[]
            {
                -9.0, -0.5, 0, 1, 7,
            }.Select(z => Math.Round(read.Calibration.Probability(z), 9)));
        Assert.Equal(0.275, read.Interval!.Width(0.45), 1e-9);
        Assert.Equal(0.3, read.Interval.Width(0.99), 1e-9);
    }

    [Theory]
    [InlineData("calibration", "[0,1]", "[0.5,0.4]", "fall")]
    [InlineData("calibration", "[1,1]", "[0.4,0.5]", "do not rise")]
    [InlineData("calibration", "[1]", "[0.4,0.5]", "1 logits and 2 probabilities")]
    [InlineData("calibration", "[]", "[]", "at least one")]
    public void A_damaged_curve_is_refused_by_field(string field, string logits, string probabilities, string reason)
    {
        var json = Complete.Replace("{\"method\":\"platt\",\"slope\":1.25,\"intercept\":0.5}",
            $"{{\"method\":\"isotonic\",\"logits\":{logits},\"probabilities\":{probabilities}}}",
            StringComparison.Ordinal);
        var error = Assert.Throws<HeadFormatException>(() => HeadJson.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
        Assert.Equal(field, error.Field);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Writing_into_a_buffer_gives_the_same_bytes_on_one_line()
    {
        var head = HeadJson.Parse(System.Text.Encoding.UTF8.GetBytes(Complete));
        var buffer = new ArrayBufferWriter<byte>();
        HeadJson.Write(buffer, head);
        Assert.Equal(HeadJson.Serialize(head), buffer.WrittenSpan.ToArray());
        Assert.DoesNotContain((byte)'\n', buffer.WrittenSpan.ToArray());
    }

    [Fact]
    public void The_contract_is_the_one_documented()
    {
        var head = HeadJson.Parse(System.Text.Encoding.UTF8.GetBytes(Complete));
        Assert.Equal([1f, -2f], head.Weights);
        Assert.Equal(("spam", 2, "3fa2", "mean", -1.5f, 1),
            (head.Label, head.Version, head.Encoder, head.Feature, head.Bias, head.Parent!.Value));
        Assert.Equal(new Calibration(1.25, 0.5), head.Calibration);
        Assert.Equal(new Thresholds(0.25, 0.5, 0.75), head.Thresholds);
        Assert.Equal(new TrainingSummary(12, 90, 0.9, 0.1), head.Training);
        Assert.Equal(
            Complete.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal),
            System.Text.Encoding.UTF8.GetString(HeadJson.Serialize(head)));
    }

    [Fact]
    public void A_certificate_is_written_as_documented_and_refused_when_it_cannot_be_true()
    {
        const string Before =
            """{"label":"x","version":1,"encoder":"e","feature":"mean","weights":"AACAPw==","bias":0,"certificate":""";
        var written = System.Text.Encoding.UTF8.GetString(
            HeadJson.Serialize(
                Parse(Before
                + """{"error":0.05,"delta":0.1,"date":"2026-01-02T00:00:00+00:00","no":{"sample":200,"decided":150,"errors":2}}}""")));
        Assert.Contains(
            ""","certificate":{"error":0.05,"delta":0.1,"date":"2026-01-02T00:00:00+00:00","origin":"training","no":{"sample":200,"decided":150,"errors":2,"share":0.75}}}""", written, StringComparison.Ordinal);
        foreach (var (field, wrong) in new[]
        {
            ("certificate.error", """{"error":0,"delta":0.1,"date":"2026-01-02T00:00:00Z"}"""),
            ("certificate.delta", """{"error":0.05,"date":"2026-01-02T00:00:00Z"}"""),
            ("certificate.date", """{"error":0.05,"delta":0.1}"""),
            ("certificate.origin", """{"error":0.05,"delta":0.1,"date":"2026-01-02T00:00:00Z","origin":"stream"}"""),
            ("certificate.yes",
                """{"error":0.05,"delta":0.1,"date":"2026-01-02T00:00:00Z","yes":{"sample":10,"decided":20,"errors":0}}"""),
            ("certificate.no.errors",
                """{"error":0.05,"delta":0.1,"date":"2026-01-02T00:00:00Z","no":{"sample":10,"decided":5}}"""),
        })
            Assert.Equal(field, Assert.Throws<HeadFormatException>(() => Parse(Before + wrong + "}")).Field);
    }

    [Fact]
    public void Unknown_fields_are_ignored_and_optional_ones_defaulted()
    {
        var head = Parse(
            """{"signature":{"a":[1]},"label":"spam","version":1,"encoder":"3fa2","feature":"mean","weights":"AACAPw==","bias":0}""");
        Assert.Equal(Calibration.Identity, head.Calibration);
        Assert.Equal(Thresholds.Half, head.Thresholds);
        Assert.Null(head.Training);
        Assert.Null(head.Parent);
    }

    [Theory]
    [InlineData("\"label\":\"spam\",", "", "label")]
    [InlineData("\"label\":\"spam\",", "\"label\":\"\",", "label")]
    [InlineData("\"version\":2,", "", "version")]
    [InlineData("\"version\":2,", "\"version\":0,", "version")]
    [InlineData("\"version\":2,", "\"version\":\"two\",", "version")]
    [InlineData("\"encoder\":\"3fa2\",", "", "encoder")]
    [InlineData("\"feature\":\"mean\",", "", "feature")]
    [InlineData("\"AACAPwAAAMA=\"", "null", "weights")]
    [InlineData("\"AACAPwAAAMA=\"", "\"AACAPwA=\"", "weights")]
    [InlineData("\"AACAPwAAAMA=\"", "\"\"", "weights")]
    [InlineData("\"AACAPwAAAMA=\"", "\"not base64!\"", "weights")]
    [InlineData("\"AACAPwAAAMA=\"", "[1,2]", "weights")]
    [InlineData("-1.5,", "\"x\",", "bias")]
    [InlineData("-1.5,", "1e99,", "bias")]
    [InlineData("\"bias\":-1.5,", "", "bias")]
    [InlineData("platt", "beta", "calibration.method")]
    [InlineData("\"method\":\"platt\",", "", "calibration.method")]
    [InlineData("\"slope\":1.25,", "", "calibration.slope")]
    [InlineData("\"slope\":1.25,", "\"slope\":{},", "calibration.slope")]
    [InlineData("\"low\":0.25,", "", "thresholds.low")]
    [InlineData("\"positives\":12,", "", "training.positives")]
    [InlineData("\"parent\":1", "\"parent\":1,\"label\":\"again\"", "label")]
    public void A_malformed_record_is_refused_naming_the_field(string found, string replacement, string field)
    {
        Assert.Contains(found, Complete, StringComparison.Ordinal);
        var error = Assert.Throws<HeadFormatException>(() =>
            Parse(Complete.Replace(found, replacement, StringComparison.Ordinal)));
        Assert.Equal(field, error.Field);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"label\":")]
    public void What_is_no_record_at_all_is_refused(string json) =>
        Assert.Throws<HeadFormatException>(() => Parse(json));

    [Fact]
    public void A_number_that_JSON_cannot_hold_is_refused_when_written()
    {
        var head = Parse(Complete);
        Assert.Equal(
            "bias", Assert.Throws<HeadFormatException>(() => HeadJson.Serialize(head with { Bias = float.NaN })).Field);
        Assert.Equal(
            "calibration.slope",
            Assert.Throws<HeadFormatException>(() =>
                HeadJson.Serialize(head with { Calibration = new(double.PositiveInfinity, 0) })).Field);
    }

    private static Head Parse(string json) => HeadJson.Parse(System.Text.Encoding.UTF8.GetBytes(json));
}
