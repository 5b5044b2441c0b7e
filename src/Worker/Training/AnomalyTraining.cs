using System.Text;
using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Core.Windows;
using Worker.Encoders;
using Worker.Learning.Anomaly;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Terminal;

namespace Worker.Training;

/// <summary>Joins encoder, heads and anomaly learning.</summary>
internal static class AnomalyTraining
{
    /// <summary>Makes the anomaly reference that belongs to heads just trained.</summary>
    /// <param name="encoded">The data set's features; the taps are among them.</param>
    /// <param name="result">The heads, and the penalties that were chosen for them.</param>
    /// <exception cref="AnomalyTrainingException">Too few texts.</exception>
    public static AnomalyReference Train(
        LoadedEncoder loaded, DataSet data, EncodedTexts encoded, TrainingResult result, TrainingOptions options,
        AnomalyTrainingOptions anomaly, CancellationToken stop)
    {
        using var tokens = Tokenize(loaded, data.Texts);
        var texts = new AnomalyTexts(data.Texts.Count, encoded.Layout, encoded.Values, 0, Array.Empty<float>(), tokens);
        var heads = new HeldOutHeads(encoded, data, result, loaded.Encoder.Hash, options, stop);
        return AnomalyTrainer.Train(texts, data, loaded.Encoder.Hash, loaded.Bundle.Layers,
            result.Heads.Count == 0 ? null : heads.Probabilities, anomaly, stop);
    }

    /// <summary>How well a reference tells unknown texts from known ones.</summary>
    /// <param name="heads">The heads in use.</param>
    /// <param name="known">Texts like those that it was made of.</param>
    /// <param name="unknown">Texts unlike those.</param>
    /// <exception cref="AnomalyRefusedException">The reference is for another encoder.</exception>
    public static AnomalyMetrics Evaluate(
        LoadedEncoder loaded, AnomalyReference reference, IReadOnlyList<Head> heads, IReadOnlyList<string> known,
        IReadOnlyList<string> unknown)
    {
        reference.Check(loaded.Encoder.Hash, loaded.Encoder.Features);
        var set = HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features).With(heads);
        return AnomalyMetrics.Of(
            reference, Score(loaded, reference, set, known), Score(loaded, reference, set, unknown));
    }

    private static ChannelValues Score(
        LoadedEncoder loaded, AnomalyReference reference, HeadSet heads, IReadOnlyList<string> texts)
    {
        var bytes = texts.Select(Encoding.UTF8.GetBytes).ToArray();
        var (features, probabilities) = ProgressBars.Run($"compare {texts.Count:N0} texts", report =>
            (new TextEncoder(loaded).Features(bytes, part => report(part / 2)), new TextEncoder(loaded).Probabilities(
                bytes, heads, part => report(0.5 + part / 2))));
        using var tokens = Tokenize(loaded, texts);
        return ChannelValues.Of(
            reference, new AnomalyTexts(
                texts.Count, loaded.Encoder.Features, features, heads.Heads.Length, probabilities, tokens));
    }

    private static TokenWindow Tokenize(LoadedEncoder loaded, IReadOnlyList<string> texts) =>
        new TextEncoder(loaded).Tokenize([.. texts.Select(Encoding.UTF8.GetBytes)], 0, texts.Count);
}
