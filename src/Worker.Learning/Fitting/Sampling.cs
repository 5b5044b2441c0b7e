namespace Worker.Learning.Fitting;

/// <summary>
/// How the rarer answer of a label gets the same weight as the other. Samples are drawn after the split, within each
/// fold, so held-out rows do not change.
/// </summary>
internal enum Sampling
{
    /// <summary>No sampling: it had the best average precision in every comparison made.</summary>
    None,

    /// <summary>
    /// As many of the more frequent answer as there are of the rarer, drawn at random; the others are not fitted to.
    /// </summary>
    Under,

    /// <summary>Examples of the rarer answer are drawn repeatedly until there are as many.</summary>
    Over,

    /// <summary>
    /// New points between an example of the rarer answer and one of its five nearest (Chawla et al. 2002).
    /// </summary>
    Smote,
}
