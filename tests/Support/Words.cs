namespace Worker.Testing;

/// <summary>
/// Words for texts that must count as different, because texts that differ only in digits are copies of each other.
/// </summary>
internal static class Words
{
    private const string Consonants = "bdfgklmnprstvwz";
    private const string Vowels = "aeiou";

    /// <summary>A made-up word of its own for each number below 5,625: "baba", "babe", …</summary>
    public static string Of(int number) => Syllable(number / 75 % 75) + Syllable(number % 75);

    private static string Syllable(int number) => $"{Consonants[number / 5]}{Vowels[number % 5]}";
}
