using System.Buffers;
using Worker.Core.Heads;

namespace Worker.Pipeline;

/// <summary>A window between classifying and publishing: its probabilities, and the one head set that gave them all.</summary>
/// <param name="Window">What was scored; failures of the encoder were added.</param>
/// <param name="Heads">The heads of every probability in it.</param>
/// <param name="Probabilities">Pooled; [records, labels], calibrated; rows of failed records mean nothing.</param>
/// <param name="AnomalyPValues">Pooled; [records]; null when no anomaly reference was in use.</param>
internal sealed record ScoredWindow(TokenisedWindow Window, HeadSet Heads, float[] Probabilities, float[]? AnomalyPValues) : IDisposable
{
    /// <summary>Probabilities of one record; [labels].</summary>
    public ReadOnlySpan<float> Row(int record) => Probabilities.AsSpan(record * Heads.Heads.Length, Heads.Heads.Length);

    /// <summary>Conformal p-value of one record being like what is known, in (0, 1]; NaN when unknown.</summary>
    public float AnomalyP(int record) => AnomalyPValues is null ? float.NaN : AnomalyPValues[record];

    public void Dispose()
    {
        Window.Tokens.Dispose();
        ArrayPool<float>.Shared.Return(Probabilities);
        if (AnomalyPValues is not null)
            ArrayPool<float>.Shared.Return(AnomalyPValues);
    }
}
