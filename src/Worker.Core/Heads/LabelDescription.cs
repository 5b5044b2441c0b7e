using System.Collections.Immutable;

namespace Worker.Core.Heads;

/// <summary>What somebody wrote about a label that nobody has answered yet; a head can be made from it.</summary>
/// <param name="Text">What the label means, in words; null where only examples are given.</param>
/// <param name="Examples">Texts that somebody wrote as examples of it; may be empty.</param>
public sealed record LabelDescription(string? Text, ImmutableArray<string> Examples)
{
    /// <summary>All texts of it: the description, then the examples. Each is a pseudo-example of the label.</summary>
    public IEnumerable<string> PseudoExamples => Text is null ? Examples : Examples.Prepend(Text);

    public bool Equals(LabelDescription? other) =>
        other is not null && Text == other.Text && Examples.AsSpan().SequenceEqual(other.Examples.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Text, Examples.Length);
}
