namespace Worker.Learning.Examples;

/// <summary>
/// Sets that can be joined and asked for a common member (union-find with path halving; Tarjan 1975).
/// </summary>
internal sealed class DisjointSets
{
    private readonly int[] parents;

    public DisjointSets(int count) => parents = [.. Enumerable.Range(0, count)];

    /// <summary>The smallest member of the set.</summary>
    public int Root(int member)
    {
        while (parents[member] != member)
            member = parents[member] = parents[parents[member]];
        return member;
    }

    /// <summary>Makes two sets one.</summary>
    public void Join(int one, int other)
    {
        (one, other) = (Root(one), Root(other));
        // The smaller number stays the root, so that the result does not depend on the order of joining.
        parents[Math.Max(one, other)] = Math.Min(one, other);
    }
}
