using System.CommandLine;
using Worker.Terminal;
using Worker.Texts;
using Worker.Verbs;

namespace Worker.Bench.Quality;

internal static class QualityBench
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var verb = new Command("quality", "Figures") ;
        model.AddTo(verb);
        verb.SetAction((parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var section = model.Section(parsed, folder.Bundle);
            section.Precision = "f32";
            var cache = new FeatureCache("artifacts/features", section);
            foreach (var set in new[] { PublicSets.Banking(), PublicSets.TweetEmotion(), PublicSets.Clinc(), PublicSets.Sms(1), PublicSets.TweetOffensive(), PublicSets.GoEmotions() })
                foreach (var part in set.Parts)
                    if (part.Count > 0)
                        cache.Features(set.Name, part, ["layer1", "layer2", "layer3", "layer4", "layer5", "mean", "cls"]);
            return Task.FromResult(ExitCode.Done);
        });
        return verb;
    }
}
