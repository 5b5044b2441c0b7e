using System.CommandLine;
using Worker.Learning.Thresholding;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>Options for choosing thresholds.</summary>
internal sealed class ThresholdArguments
{
    private static readonly ThresholdOptions Defaults = new();
    private static readonly NumberRange<double> Positive = new(0, IsAbove: true);
    private static readonly NumberRange<double> Inside = new(0, 1, IsAbove: true, IsBelow: true);

    private readonly Option<string> rule = CheckedOptions.Choice(
        "--threshold",
        "certified (a band with a bound on wrong decisions), f-beta (the best F-beta), precision (the highest recall " +
        "at a precision of --floor), recall (the highest precision at a recall of --floor), cost (the cheapest), " +
        "fixed (--at)",
        "certified", "certified", "f-beta", "precision", "recall", "cost", "fixed");

    private readonly Option<double> error = CheckedOptions.Number(
        "--error", "certified: maximum share of wrong decisions on a side", Defaults.Error, Inside);
    private readonly Option<double> delta =
        CheckedOptions.Number("--delta", "certified: probability of a wrong certificate", Defaults.Delta, Inside);
    private readonly Option<double?> days = CheckedOptions.Number(
        "--valid-days", "certified: days until a certificate expires; default: it does not expire",
        new NumberRange<double>(0, 1e6, IsAbove: true));
    private readonly Option<double> uncertain = CheckedOptions.Number(
        "--uncertain", "certified: from this chance of being wrong a decision is uncertain and never certified",
        Defaults.Uncertain, new NumberRange<double>(0, 0.5, IsAbove: true));
    private readonly Option<double> beta = CheckedOptions.Number(
        "--beta", "f-beta, certified: how many times as important recall is as precision", Defaults.Beta, Positive);
    private readonly Option<double> floor = CheckedOptions.Number(
        "--floor", "precision, recall: the minimum", Defaults.Floor, new NumberRange<double>(0, 1, IsAbove: true));
    private readonly Option<double> falseYes =
        CheckedOptions.Number("--cost-false-yes", "cost: the cost of a false yes", Defaults.CostOfFalseYes, Positive);
    private readonly Option<double> falseNo =
        CheckedOptions.Number("--cost-false-no", "cost: the cost of a false no", Defaults.CostOfFalseNo, Positive);
    private readonly Option<double> at =
        CheckedOptions.Number("--at", "fixed: the threshold", Defaults.Fixed, new NumberRange<double>(0, 1));
    private readonly Option<double> reviewShare = CheckedOptions.Number(
        "--review-share", "all rules but certified: share of texts, nearest to the threshold, that count as uncertain",
        Defaults.ReviewShare, new NumberRange<double>(0, 1, IsBelow: true));

    public void AddTo(Command command)
    {
        command.Add(rule);
        AddCertifiedTo(command);
        foreach (var option in new[] { beta, floor, falseYes, falseNo, at, reviewShare })
            command.Add(option);
    }

    /// <summary>Only the options for certificates.</summary>
    public void AddCertifiedTo(Command command)
    {
        command.Add(error);
        command.Add(delta);
        command.Add(days);
        command.Add(uncertain);
    }

    /// <exception cref="UserError">A figure is out of range.</exception>
    public ThresholdOptions Read(ParseResult parsed)
    {
        var options = new ThresholdOptions
        {
            Rule = parsed.GetValue(rule) switch
            {
                "f-beta" => ThresholdRule.FBeta,
                "precision" => ThresholdRule.PrecisionFloor,
                "recall" => ThresholdRule.RecallFloor,
                "cost" => ThresholdRule.Cost,
                "fixed" => ThresholdRule.Fixed,
                _ => ThresholdRule.Certified,
            },
            Beta = parsed.GetValue(beta),
            Floor = parsed.GetValue(floor),
            CostOfFalseYes = parsed.GetValue(falseYes),
            CostOfFalseNo = parsed.GetValue(falseNo),
            Fixed = parsed.GetValue(at),
            ReviewShare = parsed.GetValue(reviewShare),
        };
        return Checked(Certified(options, parsed));
    }

    /// <exception cref="UserError">A figure is out of range.</exception>
    public ThresholdOptions ReadCertified(ParseResult parsed) => Checked(Certified(new ThresholdOptions(), parsed));

    private ThresholdOptions Certified(ThresholdOptions options, ParseResult parsed) => options with
    {
        Error = parsed.GetValue(error),
        Delta = parsed.GetValue(delta),
        Uncertain = parsed.GetValue(uncertain),
        Validity = parsed.GetValue(days) is { } number ? TimeSpan.FromDays(number) : null,
    };

    private static ThresholdOptions Checked(ThresholdOptions options) =>
        options.Problems() is { Count: > 0 } problems ? throw new UserError(string.Join("; ", problems)) : options;
}
