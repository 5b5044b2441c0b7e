using System.CommandLine;
using Worker.Learning.Fitting;
using Worker.Terminal;
using Worker.Texts;
using Worker.Verbs;

namespace Worker.Bench;

/// <summary>Certified bands and review by risk on offensive tweets; needs the data beside the checkout.</summary>
internal static class BandsBench
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var fitted = new Option<int>("--fitted") { Description = "Texts to fit the head on; the others calibrate and measure", DefaultValueFactory = _ => 8000 };
        var verb = new Command("bands", "Certified bands over 200 random splits, and accuracy with the riskiest 5% answered") { fitted };
        model.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var data = CertifiedBands.Offensive();
            FeatureMatrix features;
            using (var folder = ModelFolder.Open(parsed.GetValue(model.Model)!))
            using (var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle, ["layer3", "layer4", "layer5", "mean"])))
                features = CertifiedBands.Encode(loaded, data);
            var (p, y) = CertifiedBands.Score(features, data, parsed.GetValue(fitted));
            foreach (var error in new[] { 0.05, 0.1 })
            {
                var bands = CertifiedBands.Measure(p, y, error);
                Console.WriteLine($"error {error:P0} a side: broken yes {bands.YesBroken:P1}, no {bands.NoBroken:P1} of 200 splits (plug-in {bands.PlugInBroken:P0}); automatic {bands.YesShare + bands.NoShare:F3} = yes {bands.YesShare:F3} + no {bands.NoShare:F3}");
            }
            var review = CertifiedBands.Review(p, y, 0.5);
            Console.WriteLine($"people answer 5%: accuracy {review.Without:F4} without, {review.Random:F4} random, {review.Riskiest:F4} riskiest: {review.Times:F2} times the lift");
            return ExitCode.Done;
        });
        return verb;
    }
}
