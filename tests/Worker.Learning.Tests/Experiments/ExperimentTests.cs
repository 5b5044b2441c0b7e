using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Worker.Learning.Calibrating;
using Worker.Learning.Examples;
using Worker.Learning.Experiments;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;
using Worker.Reports.Figures;
using Worker.Reports.Reporting;

namespace Worker.Learning.Tests.Experiments;

public class ExperimentTests
{
    /// <summary>Six informative floats; feature "good" sees five of them, "blind" one and four of noise.</summary>
    private static readonly Simulated Drawn = Simulated.Draw(600, width: 6, labels: 2, seed: 3, strength: 3);

    private static readonly ExperimentOptions Options = new()
    {
        Features = [new NamedFeature("good", "mean"), new NamedFeature("blind", "cls")],
        Seeds = 3,
        Bags = 2,
        Training = new TrainingOptions { Calibration = CalibrationMethod.Platt, Folds = 3, L2Path = [0.1, 0.01] },
    };

    private static ExperimentResult? result;

    private static ExperimentResult Result => result ??= Experiment.Run(Drawn.Data, Features, "e", Options);

    [Fact]
    public void Every_variant_is_measured_on_every_split_and_the_blind_feature_is_worse()
    {
        Assert.Equal(
            ["good", "blind", "weights-sqrt", "weights-full", "undersampled", "oversampled", "smote", "bagged",
            "ensemble-mean", "ensemble-weighted", "ensemble-stacked"], Result.Variants.Select(v => v.Name));
        Assert.All(Result.Variants, variant => Assert.Equal(3, variant.Evaluations.Count));
        Assert.Equal((360, 90, 150), Result.Texts);
        var precision = ExperimentMetric.All.Single(m => m.Key == "average_precision");
        Assert.Equal(-1, Result.Variants[1].Verdict(Result.Variants[0], precision));
        Assert.True(Result.Variants[1].Whole(precision).Mean < Result.Variants[0].Whole(precision).Mean - 0.1);
        // The weighted ensemble learns which member to trust; the plain mean cannot.
        var loss = ExperimentMetric.All.Single(m => m.Key == "log_loss");
        Assert.True(Named("ensemble-weighted").Whole(loss).Mean < Named("ensemble-mean").Whole(loss).Mean);
        Assert.NotEmpty(Named("bagged").SpreadAuroc);
    }

    [Fact]
    public void The_same_seeds_give_the_same_figures_and_only_what_is_asked_for_runs()
    {
        var again = Experiment.Run(Drawn.Data, Features, "e", Options with { Only = ["ensemble-mean"] });
        Assert.Equal(["good", "ensemble-mean"], again.Variants.Select(v => v.Name));
        Assert.Equal(Named("ensemble-mean").Evaluations.Select(e => e.LogLoss),
            again.Variants[1].Evaluations.Select(e => e.LogLoss));
    }

    [Fact]
    public void Altered_copies_are_fitted_on_only_where_their_text_is()
    {
        // Copies that say the opposite of their texts, so a fit on them is worse.
        var opposite = new float[600 * 6];
        var features = Features("mean");
        for (var row = 0; row < 600; row++)
            for (var i = 0; i < features.Width; i++)
                opposite[row * features.Width + i] = -features.Row(row)[i];
        AlteredTexts Copies(int from) =>
            new([.. Enumerable.Range(from, 600 - from)], _ => new FeatureMatrix(
                opposite.AsMemory(from * features.Width, (600 - from) * features.Width), features.Width));
        double Loss(AlteredTexts altered) =>
            Experiment.Run(Drawn.Data, Features, "e", Options with { Only = ["augmented"] }, altered).Variants[1]
                .Whole(ExperimentMetric.All.Single(m => m.Key == "average_precision")).Mean;
        var alone = Result.Variants[0].Whole(ExperimentMetric.All.Single(m => m.Key == "average_precision")).Mean;
        Assert.True(Loss(Copies(0)) < alone - 0.05);
        // None is left if every copy's text is held out.
        Assert.Equal(
            alone, Loss(
                new AlteredTexts([], _ => new FeatureMatrix(ReadOnlyMemory<float>.Empty, features.Width))), 1e-12);
    }

    [Fact]
    public void Copies_of_a_text_have_one_use_in_a_split()
    {
        var random = new Random(2);
        var originals = MadeUp.Texts(100, random);
        var texts = Enumerable.Range(0, 400).Select(i => MadeUp.Changed(originals[i % 100], random)).ToArray();
        var split = RandomSplit.Of(TextGroups.Of(texts), 0.2, 0.3, seed: 1);
        Assert.Equal((200, 80, 120), (split.Fit.Length, split.Validation.Length, split.Test.Length));
        Assert.Empty(split.Both.Select(row => row % 100).Intersect(split.Test.Select(row => row % 100)));
        Assert.Empty(split.Fit.Select(row => row % 100).Intersect(split.Validation.Select(row => row % 100)));
    }

    [Fact]
    public void Estimates_are_mean_and_two_standard_deviations()
    {
        Assert.Equal(new Estimate(3, 2 * Math.Sqrt(2), 2), Estimate.Of([2, 4]));
        Assert.Equal(0, Estimate.Of([]).Seeds);
        Assert.True(double.IsNaN(Estimate.Of([1]).TwoSigma));
    }

    [Fact]
    public void JSON_and_page_hold_every_variant()
    {
        using var stream = new MemoryStream();
        ExperimentJson.Write(stream, Result);
        using var json = JsonDocument.Parse(stream.ToArray());
        var stacked = json.RootElement.GetProperty("variants").GetProperty("ensemble-stacked");
        Assert.Equal(Named("ensemble-stacked").Whole(ExperimentMetric.All[0]).Mean,
            stacked.GetProperty("f1").GetProperty("mean").GetDouble());
        Assert.True(
            stacked.GetProperty("labels").GetProperty("label01").GetProperty("ece").GetProperty("two_sigma")
                .GetDouble() >= 0);

        using var page = new MemoryStream();
        new ExperimentReport([("texts", "<b>")], Result).Write(page);
        var html = XDocument.Parse(Encoding.UTF8.GetString(page.ToArray())["<!DOCTYPE html>".Length..]);
        Assert.Equal(4, html.Descendants("figure").Count());
        Assert.All(html.Descendants("svg").Where(s => s.Attribute("role") is not null),
            svg => Assert.Equal(11, svg.Descendants("circle").Count()));
        Assert.DoesNotContain(html.Descendants(), e => e.Name.LocalName == "script");
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        Assert.Contains(
            "there is no variant smote2", Refused(Options with { Only = ["smote2"] }), StringComparison.Ordinal);
        Assert.Contains("seeds is 1", Refused(Options with { Seeds = 1 }), StringComparison.Ordinal);
        Assert.Contains("no feature", Refused(Options with { Features = [] }), StringComparison.Ordinal);
        Assert.Contains(
            "leave texts", Refused(Options with { Test = 0.8, Validation = 0.3 }), StringComparison.Ordinal);
    }

    private static VariantResult Named(string name) => Result.Variants.Single(variant => variant.Name == name);

    private static string Refused(ExperimentOptions options) =>
        Assert.Throws<ExperimentRefusedException>(() => Experiment.Run(Drawn.Data, Features, "e", options)).Message;

    private static FeatureMatrix Features(string name) => name switch
    {
        "mean" => Columns(0, 1, 2, 3, 4),
        "cls" => Columns(5, -1, -1, -1, -1),
        _ => Columns(0, 1, 2, 3, 4, 5, -1, -1, -1, -1),
    };

    /// <summary>Columns of the drawn features; −1 for the same noise everywhere.</summary>
    private static FeatureMatrix Columns(params int[] columns)
    {
        var values = new float[Drawn.Features.Rows * columns.Length];
        for (var row = 0; row < Drawn.Features.Rows; row++)
            for (var k = 0; k < columns.Length; k++)
                values[row * columns.Length + k] = columns[k] < 0
                    ? (float)Math.Sin(row * 12.9898 + k % 5 * 78.233)
                    : Drawn.Features.Row(row)[columns[k]];
        return new FeatureMatrix(values, columns.Length);
    }
}
