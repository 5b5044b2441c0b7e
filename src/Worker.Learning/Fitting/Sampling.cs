namespace Worker.Learning.Fitting;

/// <summary>
/// How the rarer answer of a label is given the other's weight. Drawn after the split, within each fold: what is held
/// out stays as it was.
/// </summary>
internal enum Sampling
{
    /// <summary>Not at all: the best on average precision in every comparison made.</summary>
    None,

    /// <summary>
    /// As many of the more frequent answer as there are of the rarer, drawn at random; the others are not fitted to.
    /// </summary>
    Under,

    /// <summary>Examples of the rarer answer are drawn again and again until they are as many.</summary>
    Over,

    /// <summary>
    /// New points between an example of the rarer answer and one of its five nearest (Chawla et al. 2002).
    /// </summary>
    Smote,
}
