using System.Collections.Immutable;
using Worker.Core.Features;

namespace Worker.Core.Anomaly;

/// <summary>A channel, and the tail that brings its values to the common scale.</summary>
/// <param name="Channel">Gives the values.</param>
/// <param name="Tail">Learned from held-out known texts.</param>
public sealed record ScaledChannel(IAnomalyChannel Channel, EmpiricalTail Tail);

/// <summary>
/// Measures how unlike the known texts a text is: channels, each scaled by held-out known texts; their sum (Fisher
/// 1925: the sum of −ln p); and the held-out texts' sums, which turn it into a p-value. Made again at each training,
/// together with the heads; immutable.
/// </summary>
public sealed record AnomalyReference
{
    /// <summary>Hash of the encoder whose features it holds.</summary>
    public required string Encoder { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<ScaledChannel> Channels { get; init; }

    public required ConformalScores Scores { get; init; }

    /// <summary>Known texts that it was fitted to.</summary>
    public required int Texts { get; init; }

    /// <summary>Classes of known texts; 1 is the one-class form.</summary>
    public required int Classes { get; init; }

    /// <summary>Features that the encoder must return.</summary>
    public IReadOnlyList<string> Features =>
        [.. Channels.SelectMany(c => c.Channel.Features).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether it can be used with an encoder.</summary>
    /// <exception cref="AnomalyRefusedException">It cannot; the message says why and what to do.</exception>
    public void Check(string encoder, FeatureLayout layout)
    {
        if (!string.Equals(Encoder, encoder, StringComparison.Ordinal))
            throw new AnomalyRefusedException(
                $"the anomaly reference was made for encoder {EncoderHash.Short(Encoder)}, this worker runs " +
                $"{EncoderHash.Short(encoder)}: train again or deploy that encoder");
        foreach (var feature in Features)
            if (layout.Find(feature) is null)
                throw new AnomalyRefusedException(
                    $"the anomaly reference uses feature '{feature}', this encoder returns {layout}: add it to " +
                    "Encoder:Features or train again");
        foreach (var (channel, _) in Channels)
            if (channel.Features.Sum(feature => layout.Find(feature)!.Width) is var width && width != channel.Width)
                throw new AnomalyRefusedException(
                    $"the anomaly reference is damaged (channel '{channel.Name}' is of {channel.Width} floats, its " +
                    $"features have {width}): write it again with 'worker train'");
    }
}

/// <summary>An anomaly reference that cannot be used; the message says why and what to do.</summary>
public sealed class AnomalyRefusedException : UserFacingException
{
    public AnomalyRefusedException(string reason)
        : base(reason)
    {
    }

    public AnomalyRefusedException(string reason, Exception inner)
        : base(reason, inner)
    {
    }
}
