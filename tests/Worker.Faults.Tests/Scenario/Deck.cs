namespace Worker.Faults.Tests.Scenario;

/// <summary>
/// Draws each card once, shuffled, before it begins again, which gives random order and known shares.
/// </summary>
internal sealed class Deck<T>(Random random, T[] cards)
{
    private readonly Queue<T> left = [];

    public T Next()
    {
        if (left.Count == 0)
        {
            var shuffled = (T[])cards.Clone();
            random.Shuffle(shuffled);
            foreach (var card in shuffled)
                left.Enqueue(card);
        }
        return left.Dequeue();
    }
}
