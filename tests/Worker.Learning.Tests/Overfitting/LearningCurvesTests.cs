using System.Text.Json;
using System.Xml.Linq;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Learning.Overfitting;
using Worker.Learning.Tests.Support;
using Worker.Reports.Figures;
using Worker.Reports.Reporting;

namespace Worker.Learning.Tests.Overfitting;

/// <summary>Whether more answers would help, and whether a head overfits, is told from its learning curve.</summary>
public class LearningCurvesTests
{
    [Fact]
    public void With_all_examples_the_curve_ends_where_the_training_was()
    {
        var (figures, curve) = Of(Simulated.Draw(rows: 800, width: 30, labels: 2, seed: 41, strength: 2));
        Assert.Equal(LearningCurves.Shares.Count, curve.Points.Count);
        var last = curve.Points[^1];
        Assert.Equal(640, last.Examples, 1.0);
        Assert.Equal(figures.Before.LogLoss, last.HeldOut.Average(), 0.003);
        Assert.Equal(figures.TrainingLogLoss, last.Training.Average(), 0.003);
        Assert.Equal(64, curve.Points[0].Examples, 2.0);
        // The path of penalties holds the chosen one, and what it gives.
        var chosen = Assert.Single(figures.Path, step => step.L2 == figures.L2);
        Assert.Equal(figures.Path.Min(step => step.HeldOut), chosen.HeldOut);
        Assert.Equal(figures.TrainingLogLoss, chosen.Training, 1e-9);
        // A weaker penalty fits its own examples better.
        Assert.All(figures.Path.Zip(figures.Path.Skip(1)), pair => Assert.True(
            pair.First.L2 > pair.Second.L2 && pair.First.Training > pair.Second.Training));
    }

    [Fact]
    public void Few_examples_of_a_wide_feature_want_more_and_overfit()
    {
        var diagnosis = FitDiagnosis.Of(
            Of(Simulated.Draw(rows: 500, width: 150, labels: 1, seed: 42, strength: 4, bias: 0)).Curve);
        Assert.True(diagnosis.MoreHelps, diagnosis.Sentence);
        Assert.True(diagnosis.Overfits, diagnosis.Sentence);
        Assert.Matches(
            "^more answers would help: each doubling has lowered the held-out loss by [0-9.]+%; held-out loss " +
            "exceeds training loss by 0[.][0-9]{4}: overfits$", diagnosis.Sentence);
    }

    [Fact]
    public void Many_examples_of_a_narrow_feature_are_flat_and_do_not_overfit()
    {
        var diagnosis = FitDiagnosis.Of(
            Of(Simulated.Draw(rows: 12_000, width: 4, labels: 1, seed: 43, strength: 2, bias: 0)).Curve);
        Assert.False(diagnosis.MoreHelps, diagnosis.Sentence);
        Assert.False(diagnosis.Overfits, diagnosis.Sentence);
        Assert.StartsWith("flat: ", diagnosis.Sentence, StringComparison.Ordinal);
        Assert.InRange(diagnosis.Gap, -0.005, 0.005);
    }

    [Fact]
    public void Answers_by_chance_are_no_better_than_the_frequency()
    {
        var random = new Random(44);
        var values = new float[600 * 20];
        foreach (ref var value in values.AsSpan())
            value = random.NextSingle();
        sbyte[] answers = [.. Enumerable.Range(0, 600).Select(_ => (sbyte)random.Next(2))];
        var data = new DataSet(new string[600], ["chance"], new AnswerMatrix(600, 1, answers));
        var options = new TrainingOptions { L2 = 0.01 };
        var features = new FeatureMatrix(values, 20);
        var figures = HeadTrainer.Train(features, data, "mean", "e", options).Figures;
        var curve = Assert.Single(new LearningCurves(features, data, options).Of(
            figures, _ => { }, TestContext.Current.CancellationToken));
        Assert.StartsWith("no better than the label's frequency", FitDiagnosis.Of(curve).Sentence,
            StringComparison.Ordinal);
        // A penalty that was given leaves no path to choose from.
        Assert.Single(figures[0].Path);
    }

    [Fact]
    public void The_page_is_well_formed_and_every_chart_has_its_axes()
    {
        var simulated = Simulated.Draw(rows: 400, width: 20, labels: 3, seed: 45, strength: 2);
        var labels = Trained(simulated);
        using var page = new MemoryStream();
        new TrainingReport([("texts", "<b>.jsonl")], labels).Write(page);
        page.Position = 0;
        var html = XDocument.Load(page);
        Assert.Equal(
            ["summary", "curves", "labels", "details"],
            html.Descendants("section").Select(section => section.Attribute("id")!.Value));
        var ids = html.Descendants().Attributes("id").Select(id => id.Value).ToHashSet(StringComparer.Ordinal);
        Assert.All(html.Descendants().Attributes("href"), href => Assert.Contains(href.Value[1..], ids));
        Assert.Equal(3, html.Descendants("details").Count(detail => detail.Descendants("figure").Count() == 3));
        foreach (var label in labels)
            Assert.Contains(html.Descendants("summary"), summary => summary.Value.Contains(
                label.Diagnosis.Sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Figures_as_json_have_both_curves()
    {
        using var json = new MemoryStream();
        TrainingJson.Write(json, Trained(Simulated.Draw(rows: 400, width: 20, labels: 2, seed: 46, strength: 2)));
        using var read = JsonDocument.Parse(json.ToArray());
        var label = read.RootElement.GetProperty("labels").GetProperty("label01");
        Assert.Equal(
            "examples", label.GetProperty("learning_curve").GetProperty("columns")[0].GetString());
        Assert.Equal(
            LearningCurves.Shares.Count, label.GetProperty("learning_curve").GetProperty("rows").GetArrayLength());
        Assert.True(label.GetProperty("penalties").GetProperty("rows").GetArrayLength() > 2);
        Assert.True(label.GetProperty("held_out_log_loss").GetDouble()
            < label.GetProperty("frequency_log_loss").GetDouble());
        Assert.Contains("held-out loss exceeds training loss by", label.GetProperty("sentence").GetString());
    }

    private static (LabelFigures Figures, LearningCurve Curve) Of(Simulated simulated)
    {
        var first = Trained(simulated)[0];
        return (first.Figures, first.Curve);
    }

    private static TrainedLabel[] Trained(Simulated simulated)
    {
        var figures = HeadTrainer.Train(simulated.Features, simulated.Data, "mean", "e", new TrainingOptions()).Figures;
        var curves = new LearningCurves(simulated.Features, simulated.Data, new TrainingOptions()).Of(
            figures, _ => { }, TestContext.Current.CancellationToken);
        return [.. figures.Zip(curves, (label, curve) => new TrainedLabel(label, curve))];
    }
}
