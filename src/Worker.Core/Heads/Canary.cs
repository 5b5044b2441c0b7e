namespace Worker.Core.Heads;

/// <summary>
/// A head that decides a share of the messages in place of its label's head in use, before it decides all of them.
/// </summary>
/// <param name="Label">Index of its label in <see cref="HeadSet.Heads"/>.</param>
/// <param name="Head">The new version.</param>
/// <param name="Share">Of messages, above 0 and below 1.</param>
public readonly record struct Canary(int Label, Head Head, double Share);
