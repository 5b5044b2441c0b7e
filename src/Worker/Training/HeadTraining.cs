using System.Text;
using Worker.Core.Features;
using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Learning.Fitting;
using Worker.Terminal;
using Worker.Texts;

namespace Worker.Training;

/// <summary>Puts encoder and learning together: labelled texts to heads, heads to figures; progress on standard error.</summary>
internal static class HeadTraining
{
    /// <summary>Stands for: each label on the better of <c>mean</c> and <c>taps</c>.</summary>
    public const string Auto = "auto";

    /// <summary>Encodes a data set and fits its heads.</summary>
    /// <param name="loaded">Returns the feature, among others perhaps.</param>
    /// <param name="feature">What heads are fitted on: <c>taps</c>, <c>mean</c>, several joined by <c>+</c>, or <see cref="Auto"/>.</param>
    /// <param name="previous">Heads to start from, or null.</param>
    public static TrainingResult Train(
        LoadedEncoder loaded, DataSet data, TrainingOptions options, IReadOnlyList<Head>? previous, CancellationToken stop, string feature = FeatureNames.Taps)
    {
        var texts = data.Texts.Select(Encoding.UTF8.GetBytes).ToArray();
        var features = ProgressBars.Run($"encode {texts.Length:N0} texts", report => new TextEncoder(loaded).Features(texts, report));
        var encoded = new EncodedTexts(loaded.Encoder.Features, features);
        FeatureCandidate[] candidates = [.. Candidates(feature).Select(name => FeatureNames.Canonical(name, loaded.Bundle.Layers)).Select(name => new FeatureCandidate(name, encoded.Matrix(name)))];
        return ProgressBars.Run($"train {data.Labels.Length} heads", report => FeatureChoice.Train(
            candidates, data, loaded.Encoder.Hash, options, previous, new Direct<TrainingProgress>(progress => report(progress.Fraction)), stop));
    }

    /// <summary>The features to train on that a name stands for; what the encoder is to return.</summary>
    public static string[] Candidates(string feature) => feature == Auto ? [FeatureNames.Mean, FeatureNames.Taps] : [feature];

    /// <summary>Scores a data set as the worker would, and measures it.</summary>
    /// <exception cref="HeadRefusedException">A head is for another encoder.</exception>
    public static Evaluation Evaluate(LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> trained)
    {
        var heads = HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features).With(trained);
        var texts = data.Texts.Select(Encoding.UTF8.GetBytes).ToArray();
        var probabilities = ProgressBars.Run($"score {texts.Length:N0} texts", report => new TextEncoder(loaded).Probabilities(texts, heads, report));
        var answers = data.WithLabels([.. heads.Heads.Select(h => h.Label)]).Answers;
        return Evaluator.Evaluate(heads.Heads, Array.ConvertAll(probabilities, p => (double)p), answers);
    }

    /// <summary>Unlike Progress&lt;T&gt;, reports on the caller's thread, in order.</summary>
    private sealed class Direct<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
