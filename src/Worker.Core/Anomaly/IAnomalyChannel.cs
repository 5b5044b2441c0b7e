namespace Worker.Core.Anomaly;

/// <summary>
/// One way in which a text can be unlike the known texts. Immutable; called from one thread at a time.
/// </summary>
public interface IAnomalyChannel
{
    /// <summary>Its name in files and reports, e.g. <c>neighbours</c>.</summary>
    string Name { get; }

    /// <summary>Features that it needs from the encoder.</summary>
    IReadOnlyList<string> Features { get; }

    /// <summary>Floats of these features side by side; 0 if it needs none.</summary>
    int Width { get; }

    /// <summary>How unlike each text is; higher is more unlike, in the channel's own unit.</summary>
    /// <param name="texts">Texts with the features named.</param>
    /// <param name="values">Receives [texts].</param>
    /// <param name="parallel">Maximum number of threads.</param>
    void Score(in AnomalyTexts texts, Span<float> values, ParallelOptions parallel);
}
