using System.Text;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Learning.Fitting;
using Worker.Texts;

namespace Worker.Classifying;

/// <summary>Heads for whoever has none yet: trained on the sample inbox in seconds.</summary>
internal static class SampleHeads
{
    public static IReadOnlyList<Head> Train(LoadedEncoder loaded, CancellationToken stop)
    {
        var data = Checkout.InboxData("train");
        Console.Error.WriteLine(
            $"no --heads: training {data.Labels.Length} on the sample inbox, {data.Texts.Count:N0} messages of a shop; your own"
            + " come from 'worker train --data FILE --out heads.jsonl'");
        var bytes = data.Texts.Select(Encoding.UTF8.GetBytes).ToArray();
        var encoded = new EncodedTexts(loaded.Encoder.Features, new TextEncoder(loaded).Features(bytes));
        var feature = FeatureNames.Canonical(FeatureNames.Taps, loaded.Bundle.Layers);
        return HeadTrainer.Train(
            encoded.Matrix(feature), data, feature, loaded.Encoder.Hash, new TrainingOptions(), cancellation: stop).Heads;
    }
}
