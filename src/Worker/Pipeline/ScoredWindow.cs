using Worker.Core.Heads;

namespace Worker.Pipeline;

/// <summary>
/// A window between classifying and publishing: its probabilities, and the one head set that produced them.
/// </summary>
/// <param name="Window">What was scored; failures of the encoder were added.</param>
/// <param name="Heads">The heads of every probability in it.</param>
/// <param name="Scores">One row for each record.</param>
internal sealed record ScoredWindow(TokenizedWindow Window, HeadSet Heads, TextScores Scores) : IDisposable
{
    /// <summary>The heads that decide one record: with canaries, messages of a window have several.</summary>
    public HeadSet HeadsOf(int record) => Heads.Variants[Variant(record)];

    /// <summary>Which of the heads' variants decides one record.</summary>
    public int Variant(int record) => Scores.Variants is { } variants ? variants[record] : 0;

    /// <summary>Probabilities of one record; [labels].</summary>
    public ReadOnlySpan<float> Row(int record) =>
        Scores.Probabilities.AsSpan(record * Heads.Heads.Length, Heads.Heads.Length);

    /// <summary>Probabilities of the challengers for one record; [challengers].</summary>
    public ReadOnlySpan<float> Shadow(int record) =>
        Scores.Challengers.AsSpan(record * Heads.Challengers.Length, Heads.Challengers.Length);

    /// <summary>Conformal p-value of "this text is like the known ones", in [0, 1]; NaN if there is none.</summary>
    public float AnomalyP(int record) => Scores.AnomalyPs is null ? float.NaN : Scores.AnomalyPs[record];

    public void Dispose()
    {
        Window.Dispose();
        Scores.Return();
    }
}
