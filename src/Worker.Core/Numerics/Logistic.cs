namespace Worker.Core.Numerics;

/// <summary>The logistic function and its loss, without overflow.</summary>
internal static class Logistic
{
    /// <summary>σ(z) = 1 / (1 + e⁻ᶻ), in [0, 1].</summary>
    public static double Sigmoid(double z) =>
        // Both branches keep exp's argument negative, so it never overflows.
        z >= 0 ? 1 / (1 + Math.Exp(-z)) : Math.Exp(z) / (1 + Math.Exp(z));

    /// <summary>ln(1 + eᶻ): the log-loss of a no with logit z, and of a yes with logit −z.</summary>
    public static double Softplus(double z) => Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z)));
}
