using System.Text;
using Worker.Core.Decisions;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Core.Tests.Support;

namespace Worker.Core.Tests.Heads;

/// <summary>
/// Records of the heads topic that were damaged or made up: refused with the product's own message, or good enough to
/// decide with.
/// </summary>
public class DamagedHeadTests
{
    private static readonly string[] Whole =
    [
        """
        {"label":"spam","version":2,"encoder":"e","feature":"mean","weights":"AACAPwAAAMA=","bias":-1.5,
         "calibration":{"method":"platt","slope":1.25,"intercept":0.5},"thresholds":{"low":0.25,"decide":0.5,"high":0.75},
         "certificate":{"error":0.05,"delta":0.05,"date":"2026-01-31T00:00:00Z","origin":"audit","yes":{"sample":300,"decided":200,"errors":3,"share":0.6667}},
         "group":"a or b","training":{"positives":12,"negatives":90,"validation_f1":0.9,"validation_log_loss":0.1},"parent":1}
        """,
        """
        {"label":"spam","version":2,"encoder":"e","feature":"mean","weights":"AACAPwAAAMA=","bias":-1.5,
         "calibration":{"method":"isotonic","logits":[-1,0,1],"probabilities":[0.1,0.5,0.9]},"thresholds":{"low":0.5,"decide":0.5,"high":0.5},
         "interval":{"method":"venn-abers","p":[0.1,0.5,0.9],"low":[0.05,0.4,0.8],"high":[0.2,0.6,0.95]}}
        """,
    ];

    [Fact]
    public void Whatever_is_damaged_nothing_but_a_refusal_comes_out()
    {
        var random = new Random(20261129);
        var refused = 0;
        foreach (var json in Whole)
            Use(json);
        for (var round = 0; round < 4000; round++)
        {
            var json = Whole[round % 2];
            try
            {
                Use(round % 4 < 2 ? DamagedJson.Replaced(json, random) : DamagedJson.Garbled(json, random));
            }
            catch (Exception error) when (error is HeadFormatException or HeadRefusedException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 3999);
    }

    /// <summary>What a worker does with a record: read, check, calibrate, decide.</summary>
    private static void Use(string json)
    {
        var head = HeadJson.Parse(Encoding.UTF8.GetBytes(json));
        var set = HeadSet.Empty("e", new FeatureLayout(["mean"], 2)).With([head]);
        var bands = new DecisionBands(set.Heads, new DecisionOptions(), DateTimeOffset.UnixEpoch);
        foreach (var logit in new[] { -30f, 0f, 30f })
        {
            float[] row = [logit];
            set.Calibrate(row);
            bands.Decide(row, new LabelDecision[1]);
        }
    }
}
