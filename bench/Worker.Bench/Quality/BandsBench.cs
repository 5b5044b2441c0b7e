using System.CommandLine;
using Worker.Commands;
using Worker.Core.Features;
using Worker.Encoders;
using Worker.Learning.Fitting;
using Worker.Terminal;

namespace Worker.Bench.Quality;

/// <summary>Certified bands and review by risk on offensive tweets.</summary>
internal static class BandsBench
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var command = new Command(
            "bands", "Certified bands over 200 random splits, and accuracy with the riskiest 5% answered by people");
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var section = model.Section(parsed, folder.Bundle);
            section.Precision = section.Precision == "auto" ? "f32" : section.Precision;
            var cache = new FeatureCache(Path.Combine("artifacts", "features"), section);
            var taps = FeatureNames.Parts(FeatureNames.Canonical(FeatureNames.Taps, cache.Layers));
            var (p, y) = CertifiedBands.Score(PublicSets.TweetOffensive(),
                texts => new FeatureMatrix(cache.Features("offensive", texts, taps), taps.Length * cache.Hidden));
            foreach (var error in new[] { 0.05, 0.1 })
            {
                var bands = CertifiedBands.Measure(p, y, error);
                Console.WriteLine(
                    $"error {error:P0} a side: broken yes {bands.YesBroken:P1}, no {bands.NoBroken:P1} of 200 splits " +
                    $"(plug-in {bands.PlugInBroken:P0}); automatic {bands.YesShare + bands.NoShare:F3} = yes " +
                    $"{bands.YesShare:F3} + no {bands.NoShare:F3}");
            }
            var review = CertifiedBands.Review(p, y, 0.5);
            Console.WriteLine(
                $"people answer 5%: accuracy {review.Without:F4} without, {review.Random:F4} random, " +
                $"{review.Riskiest:F4} riskiest: {review.Times:F2} times the lift");
            return ExitCode.Done;
        });
        return command;
    }
}
