using Worker.Learning.Calibrating;
using Worker.Learning.Experiments;
using Worker.Learning.Fitting;
using Worker.Learning.Tests.Support;

namespace Worker.Learning.Tests.Experiments;

public class UpdateVariantsTests
{
    private static readonly Simulated Drawn = Simulated.Draw(700, width: 24, labels: 4, seed: 8, strength: 3);

    private static readonly ExperimentOptions Options = new()
    {
        Features = [new NamedFeature("mean", "mean")],
        Seeds = 6,
        Update = 0.6,
        Only = ["update-old", "update-new-only", "update-refit", "update-prior", "update-ensemble"],
        Training = new TrainingOptions { Calibration = CalibrationMethod.Platt, Folds = 3 },
    };

    [Fact]
    public void A_refit_is_best_then_what_remembers_the_old_head_then_the_new_texts_alone()
    {
        var result = Experiment.Run(Drawn.Data, _ => Drawn.Features, "e", Options);
        var metric = ExperimentMetric.All.Single(m => m.Key == "log_loss");
        var loss = result.Variants.ToDictionary(v => v.Name, v => v.Whole(metric).Mean, StringComparer.Ordinal);
        var told = string.Join(", ", loss.Select(pair => $"{pair.Key} {pair.Value:F4}"));
        Assert.True(loss["update-refit"] < loss["update-prior"], told);
        Assert.True(loss["update-prior"] < loss["update-new-only"], told);
        Assert.True(loss["update-ensemble"] < loss["update-new-only"], told);
        Assert.True(loss["update-prior"] < loss["update-old"], told);
        // All texts, from the old heads or from nothing: nearly the same heads.
        Assert.Equal(loss["mean"], loss["update-refit"], 0.01);
    }

    [Fact]
    public void Variants_of_updates_are_made_only_when_asked_for()
    {
        Assert.DoesNotContain(Variants.All(Options with { Update = null }, altered: true), IsUpdate);
        Assert.Equal(5, Variants.All(Options, altered: true).Count(IsUpdate));
        Assert.Contains("update is 1", (Options with { Update = 1 }).Problems().Single(), StringComparison.Ordinal);

        static bool IsUpdate(Variant variant) => variant.Name.StartsWith("update-", StringComparison.Ordinal);
    }
}
