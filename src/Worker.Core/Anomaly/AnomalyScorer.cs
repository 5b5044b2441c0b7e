namespace Worker.Core.Anomaly;

/// <summary>Scores texts against a reference.</summary>
public static class AnomalyScorer
{
    /// <summary>p-values of texts: the share of known texts that are at least as strange.</summary>
    /// <param name="texts">With features and probabilities; without texts nothing happens.</param>
    /// <param name="pValues">Receives [texts]; in (0, 1].</param>
    /// <param name="parallel">Maximum number of threads.</param>
    public static void PValues(
        AnomalyReference reference, in AnomalyTexts texts, Span<float> pValues, ParallelOptions parallel)
    {
        if (texts.Count == 0)
            return;
        Scores(reference, texts, pValues, parallel);
        for (var text = 0; text < texts.Count; text++)
            pValues[text] = reference.Scores.PValue(pValues[text]);
    }

    /// <summary>Sums of the channels' surprises; higher is more unlike.</summary>
    /// <param name="scores">Receives [texts].</param>
    public static void Scores(
        AnomalyReference reference, in AnomalyTexts texts, Span<float> scores, ParallelOptions parallel)
    {
        scores[..texts.Count].Clear();
        var values = new float[texts.Count];
        foreach (var (channel, tail) in reference.Channels)
        {
            channel.Score(texts, values, parallel);
            for (var text = 0; text < texts.Count; text++)
                scores[text] += tail.Surprise(values[text]);
        }
    }
}
