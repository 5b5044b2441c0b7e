namespace Worker.Learner;

/// <summary>
/// How a label that has a head in use gets its next one. A label without one is fitted to all its answers, and so is
/// one of an exclusive group, whose heads decide against each other.
/// </summary>
internal enum LearningMethod
{
    /// <summary>A fit to all answers. It was the best in every comparison made.</summary>
    Refit,

    /// <summary>
    /// A fit to the answers that the head in use has not seen, with its weights pulled to that head's.
    /// </summary>
    Prior,

    /// <summary>
    /// α · the head in use + (1 − α) · a fit to the answers that it has not seen, in log-odds, α by held-out log-loss;
    /// one head again.
    /// </summary>
    Ensemble,

    /// <summary>
    /// The mean of <see cref="LearnSection.Members"/> fits, each to random parts of all answers; one head again.
    /// </summary>
    Bagging,

    /// <summary>
    /// The head in use, a fit to all answers, and one for each layer of the feature where it has several, by logistic
    /// regression on what they say of texts that they have not seen; one head again.
    /// </summary>
    Stacking,
}
