using Worker.Core.Features;

namespace Worker.Core.Heads;

/// <summary>
/// The weights of many heads as one matrix, so that one product scores them all: logits = features × Weights + Bias. A
/// head on one feature has zeros in the rows of the others. It never changes, so an encoder may keep a copy on its
/// device for as long as it gets the same instance.
/// </summary>
public sealed class HeadMatrix
{
    /// <param name="layout">The encoder's features.</param>
    /// <param name="heads">Heads whose feature is in the layout, with weights of its width.</param>
    public HeadMatrix(FeatureLayout layout, IReadOnlyList<Head> heads)
    {
        Rows = layout.Width;
        Labels = heads.Count;
        Weights = new float[Rows * Labels];
        Bias = new float[Labels];
        for (var column = 0; column < heads.Count; column++)
        {
            var head = heads[column];
            var feature = layout.Resolve(head.Feature)
                ?? throw new ArgumentException(
                    $"head '{head.Label}' uses feature '{head.Feature}', the encoder returns {layout}", nameof(heads));
            var next = 0;
            foreach (var part in feature.Parts)
                for (var row = 0; row < part.Width; row++)
                    Weights[(part.Offset + row) * Labels + column] = head.Weights[next++];
            Bias[column] = head.Bias;
        }
    }

    /// <summary>Floats in a feature vector.</summary>
    public int Rows { get; }

    /// <summary>How many heads, challengers included.</summary>
    public int Labels { get; }

    /// <summary>[Rows, Labels], row-major.</summary>
    public float[] Weights { get; }

    /// <summary>[Labels].</summary>
    public float[] Bias { get; }

    /// <summary>No heads: for callers who want features only.</summary>
    public static HeadMatrix None(FeatureLayout layout) => new(layout, []);
}
