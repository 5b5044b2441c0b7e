using Worker.Core.Features;
using Worker.Learning.Fitting;

namespace Worker.Encoders;

/// <summary>The feature vectors of texts; a head's feature is a part of them.</summary>
/// <param name="Layout">What a row holds.</param>
/// <param name="Values">[texts, Layout.Width].</param>
internal sealed record EncodedTexts(FeatureLayout Layout, float[] Values)
{
    /// <summary>One feature of all texts: a view if its parts are adjacent, otherwise a copy.</summary>
    /// <param name="feature">Its name in heads; the layout must have it.</param>
    public FeatureMatrix Matrix(string feature)
    {
        var slices = Layout.Resolve(feature)
            ?? throw new ArgumentException($"feature '{feature}' is not among {Layout}", nameof(feature));
        var first = slices.Parts[0].Offset;
        var next = first;
        if (slices.Parts.All(part => part.Offset == next && (next += part.Width) > 0))
            return new FeatureMatrix(Values, Layout.Width, first, slices.Width);
        var texts = Values.Length / Layout.Width;
        var gathered = new float[checked(texts * slices.Width)];
        for (var text = 0; text < texts; text++)
            slices.Gather(
                Values.AsSpan(text * Layout.Width, Layout.Width), gathered.AsSpan(text * slices.Width, slices.Width));
        return new FeatureMatrix(gathered, slices.Width);
    }
}
