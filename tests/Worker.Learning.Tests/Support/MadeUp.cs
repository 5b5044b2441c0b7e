namespace Worker.Learning.Tests.Support;

/// <summary>Texts of made-up words.</summary>
internal static class MadeUp
{
    /// <summary>Texts that have hardly a word in common.</summary>
    public static string[] Texts(int count, Random random, int words = 12) =>
        [.. Enumerable.Range(0, count)
            .Select(_ => string.Join(' ', Enumerable.Range(0, words).Select(_ => Word(random))))];

    /// <summary>A copy in another case, with a full stop and a number.</summary>
    public static string Changed(string text, Random random) =>
        $"{char.ToUpperInvariant(text[0])}{text[1..]}. {random.Next(1000, 9999)}";

    private static string Word(Random random) =>
        string.Concat(Enumerable.Range(0, 6).Select(_ => (char)('a' + random.Next(26))));
}
