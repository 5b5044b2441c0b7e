namespace Worker.Bench.Anomaly;

/// <summary>Texts that no English classifier should be sure of.</summary>
internal static class StrangeTexts
{
    /// <summary>What people ask an assistant, in other languages.</summary>
    public static readonly IReadOnlyList<string> OtherLanguages =
    [
        "wie wird das wetter morgen in berlin", "bitte stell den wecker auf sieben uhr",
        "ich habe meine bankkarte verloren was soll ich tun",
        "wann fährt der nächste zug nach hamburg", "kannst du mir ein gutes rezept für kartoffelsuppe geben",
        "wie viel geld ist noch auf meinem konto",
        "spiel ein lied von einer ruhigen band", "mein flug wurde gestrichen wer hilft mir jetzt",
        "erzähl mir einen witz über katzen", "wo finde ich eine werkstatt in der nähe",
        "qué tiempo hará mañana en madrid", "pon la alarma a las siete por favor",
        "he perdido mi tarjeta y necesito otra",
        "a qué hora sale el próximo tren", "dame una receta fácil de arroz con verduras",
        "cuánto dinero me queda en la cuenta",
        "quiero escuchar música tranquila esta noche", "han cancelado mi vuelo quién puede ayudarme",
        "cuéntame un chiste sobre perros", "dónde hay un taller cerca de aquí",
        "quel temps fera-t-il demain à lyon", "mets le réveil à sept heures s'il te plaît",
        "j'ai perdu ma carte et il m'en faut une autre",
        "à quelle heure part le prochain train", "donne-moi une recette simple de soupe",
        "combien d'argent me reste-t-il sur le compte",
        "je voudrais écouter une musique calme ce soir", "mon vol est annulé qui peut m'aider",
        "raconte-moi une blague sur les chats", "où se trouve un garage près d'ici",
        "che tempo farà domani a milano", "metti la sveglia alle sette per favore",
        "ho perso la carta e me ne serve una nuova",
        "a che ora parte il prossimo treno", "dammi una ricetta facile per la minestra",
        "quanti soldi ho ancora sul conto",
        "vorrei ascoltare musica tranquilla stasera", "il mio volo è stato cancellato chi mi aiuta",
        "raccontami una barzelletta sui cani", "dove trovo un'officina qui vicino",
    ];

    /// <summary>Each word's letters in random order; lengths and letters stay the same.</summary>
    public static IReadOnlyList<string> Shuffled(IEnumerable<string> texts, int seed)
    {
        var random = new Random(seed);
        return [.. texts.Select(text => string.Join(' ', text.Split(' ').Select(word =>
        {
            var letters = word.ToCharArray();
            random.Shuffle(letters);
            return new string(letters);
        })))];
    }
}
