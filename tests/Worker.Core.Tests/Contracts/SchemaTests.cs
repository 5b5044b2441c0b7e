using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Decisions;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Core.Results;

namespace Worker.Core.Tests.Contracts;

/// <summary>Checks written records against the schemas for consumers.</summary>
public class SchemaTests
{
    private static readonly Gen<Head> Heads =
        from number in Gen.Choose(0, 1_000_000)
        from kind in Gen.Choose(0, 6)
        let side = new CertifiedSide(200, 100, 2)
        select new Head
        {
            Label = $"label {number} \"é\"",
            Version = number + 1,
            Encoder = "abc",
            Feature = "mean",
            Weights = [1],
            Bias = 0.5f,
            Calibration = kind == 0
                ? Calibration.Identity with { Curve = new CalibrationCurve([-1, 1], [0.1, 0.9]) }
                : new Calibration(1.5, -0.5),
            Interval = kind == 1 ? new ProbabilityInterval([0.1, 0.9], [0, 0.8], [0.2, 1]) : null,
            Thresholds = new(0.1, 0.4, 0.9),
            Certificate = kind switch
            {
                2 => new(0.05, 0.05, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, CertificateOrigin.Training,
                    side, null),
                3 => new(0.05, 0.05, DateTimeOffset.UnixEpoch, null, CertificateOrigin.Audit, side, side),
                _ => null,
            },
            Group = kind > 3 ? "kind" : null,
            Described = kind == 6 ? new LabelDescription("asks for money", ["where is my refund"]) : null,
            Training = kind == 4 ? new(12, 30, 0.9, null) : null,
            Parent = kind == 5 ? number : null,
        };

    [Fact]
    public void Results_and_review_items_are_as_their_schemas_say()
    {
        var cases =
            from heads in Heads.ListOf().Select(list =>
                list.DistinctBy(head => head.Label, StringComparer.Ordinal).ToArray())
            from p in Gen.Choose(0, 1000).Select(n => n / 1000f).ArrayOf(heads.Length)
            from anomaly in Gen.Elements(float.NaN, 0, 0.001f, 0.5f)
            from strict in Gen.Elements(DecisionMode.Best, DecisionMode.Certified)
            from audit in Gen.Elements(0, 0.01, 1)
            from options in Gen.Elements(new ResultOptions(), new() { TopK = 1 }, new() { OnlyYes = true })
            select (heads, p, anomaly, strict, audit, options);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var set = HeadSet.Empty("abc", new FeatureLayout(["mean"], 1)).With(c.heads);
            var bands = new DecisionBands(set.Heads, new DecisionOptions { Mode = c.strict }, DateTimeOffset.UnixEpoch);
            var labels = new LabelDecision[c.p.Length];
            var outcome = bands.Decide(c.p, labels);
            var policy = new ReviewPolicy(new ReviewOptions { Audit = c.audit, Burst = 1 });
            for (var offset = 0; offset < 3; offset++)
            {
                var source = new SourcePosition("messages", 1, offset);
                var verdict = policy.Judge(
                    new ReviewCandidate
                    {
                        Source = source,
                        Bands = bands,
                        Probabilities = c.p,
                        Labels = labels,
                        Outcome = outcome,
                        Tokens = [1, 2, 3],
                        AnomalyP = c.anomaly,
                    },
                    DateTimeOffset.UnixEpoch);
                var result = new MessageResult(source, 1234, 9, offset == 1, c.anomaly, outcome, verdict)
                {
                    Chunks = offset,
                };
                Assert.Empty(
                    Contract.Result.Problems(
                        new ResultJson(c.options).WriteResult(result, set, c.p, labels, """{"/id":1}"""u8)));
                if (verdict.State == ReviewState.Asked)
                    Assert.Empty(
                        Contract.Review.Problems(
                            new ResultJson().WriteReviewItem(
                                result, set, c.p, labels, "a \"text\""u8, isCut: offset == 2)));
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Heads_are_as_their_schema_says() =>
        Prop.ForAll(Heads.ToArbitrary(), head => Assert.Empty(Contract.Head.Problems(HeadJson.Serialize(head))))
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("\"confidence\":\"likely\"", "\"confidence\":\"sure\"")]
    [InlineData("\"decision\":\"yes\"", "\"decision\":\"maybe\"")]
    [InlineData("\"uncertain\":0", "\"uncertain\":-1")]
    [InlineData("\"uncertain\":0,", "")]
    [InlineData("\"tokens\":9", "\"tokens\":9,\"unheard\":of")]
    public void A_record_of_another_shape_is_refused(string right, string wrong)
    {
        const string json = """
            {"source":{"topic":"m","partition":0,"offset":1,"timestamp":1},"encoder":"e","tokens":9,"decision":"yes","uncertain":0,
             "labels":{"a":{"p":0.95,"decision":"yes","confidence":"likely","version":1}}}
            """;
        Assert.Empty(Contract.Result.Problems(Encoding.UTF8.GetBytes(json)));
        Assert.NotEmpty(
            Contract.Result.Problems(
                Encoding.UTF8.GetBytes(
                    json.Replace(
                        right, wrong.Replace(":of", ":1", StringComparison.Ordinal), StringComparison.Ordinal))));
    }
}
