using System.Buffers;
using Worker.Core.Heads;

namespace Worker.Pipeline;

/// <summary>
/// A window between classifying and publishing: its probabilities, and the one head set that produced them.
/// </summary>
/// <param name="Window">What was scored; failures of the encoder were added.</param>
/// <param name="Heads">The heads of every probability in it.</param>
/// <param name="Probabilities">Pooled; [records, labels], calibrated; rows of failed records mean nothing.</param>
/// <param name="AnomalyPs">Pooled; [records], conformal p-values; null without a reference to compare with.</param>
internal sealed record ScoredWindow(
    TokenizedWindow Window, HeadSet Heads, float[] Probabilities, float[]? AnomalyPs = null) : IDisposable
{
    /// <summary>Probabilities of one record; [labels].</summary>
    public ReadOnlySpan<float> Row(int record) => Probabilities.AsSpan(record * Heads.Heads.Length, Heads.Heads.Length);

    /// <summary>Conformal p-value of "this text is like the known ones", in [0, 1]; NaN if there is none.</summary>
    public float AnomalyP(int record) => AnomalyPs is null ? float.NaN : AnomalyPs[record];

    public void Dispose()
    {
        Window.Dispose();
        ArrayPool<float>.Shared.Return(Probabilities);
        if (AnomalyPs is not null)
            ArrayPool<float>.Shared.Return(AnomalyPs);
    }
}
