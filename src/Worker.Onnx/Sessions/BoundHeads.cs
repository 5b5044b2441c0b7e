using Microsoft.ML.OnnxRuntime;
using Worker.Core.Heads;
using Worker.Onnx.Graph;

namespace Worker.Onnx.Sessions;

/// <summary>
/// The head matrix that is bound to the session. It is bound again only for another instance, so on a GPU the weights
/// are copied once per swap.
/// </summary>
internal sealed class BoundHeads : IDisposable
{
    private readonly OrtIoBinding binding;
    private readonly int width;
    private HeadMatrix? bound;
    private OrtValue? weights;
    private OrtValue? bias;

    /// <param name="width">Floats in a feature vector.</param>
    public BoundHeads(OrtIoBinding binding, int width)
    {
        this.binding = binding;
        this.width = width;
    }

    public void Bind(HeadMatrix heads)
    {
        if (ReferenceEquals(heads, bound))
            return;
        if (heads.Rows != width)
            throw new ArgumentException(
                $"the heads are laid out for {heads.Rows} features, the encoder returns {width}", nameof(heads));
        Release();
        // Without heads a column of zeros is bound; its logit is never asked for.
        var labels = Math.Max(heads.Labels, 1);
        weights = OrtValue.CreateTensorValueFromMemory(
            heads.Labels > 0 ? heads.Weights : new float[width], [width, labels]);
        bias = OrtValue.CreateTensorValueFromMemory(heads.Labels > 0 ? heads.Bias : new float[1], [labels]);
        binding.BindInput(GraphNames.HeadWeights, weights);
        binding.BindInput(GraphNames.HeadBias, bias);
        bound = heads;
    }

    public void Dispose() => Release();

    private void Release()
    {
        bound = null;
        weights?.Dispose();
        bias?.Dispose();
    }
}
