namespace Worker.Onnx.Importing;

/// <summary>
/// The texts whose features an import stores, for the check at start: short and long, words and symbols, several
/// scripts, so that they cover all parts of the vocabulary and a range of activations.
/// </summary>
internal static class SelfCheckTexts
{
    public static IReadOnlyList<string> All { get; } =
    [
        "ok",
        "Where is my parcel?",
        "The second lamp arrived broken as well, and nobody answers the phone.",
        "Please cancel order 70412-C and send the money back to the same card.",
        "Thank you!!! Quickest repair I have ever had, and so friendly :)",
        "I cannot log in since Monday: the code that you send never comes.",
        "Congratulations, you have been selected: click the link within 24 hours to claim a prize of 5,000.00 dollars",
        "La facture du mois de mars compte deux fois le même abonnement.",
        "Bitte ändern Sie die Lieferadresse, ich bin umgezogen.",
        "如何重置密码？ Пароль не подходит. パスワードを忘れました。",
        "def area(r): return 3.14159 * r ** 2  # TypeError: unsupported operand type(s) for **",
        "Dear team, for the third time this year the heating failed over a weekend. The engineer who came on " +
        "Saturday was polite, found a cracked valve and ordered the part, but it has not arrived, and my mother, " +
        "who is eighty-one, spends her evenings in a coat. I expect a date by tomorrow, a reduction of this month's " +
        "charge, and an answer from a person, not from a robot.",
    ];
}
