using System.Globalization;

namespace Worker.Bench.Quality;

/// <summary>The table, 80 columns wide.</summary>
internal static class EvidenceTable
{
    public const string Heading =
        "                             broken sides      of decisions   wrong of       yes\n" +
        "set       texts copies splits  all cert. sure  cert.  unsure  cert likely unsure";

    public const string Legend =
        "broken: sides with a certificate and more than 5% wrong on the test texts, of all\n" +
        "sides (what delta bounds) and of the certified ones; sure: of all sides, those that\n" +
        "chance in the test texts does not explain. yes: labels with a certified yes.";

    public static string Line(string name, int size, Copying copying, int splits, EvidenceFigures f)
    {
        var (decided, sides) = (f.Decided.Sum(), 2 * f.Labels);
        var copies = copying switch { Copying.None => "-", Copying.Whole => "8", _ => "8 near" };
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{name,-9} {size,5} {copies,-6} {splits,4} {Share(f.Broken, sides),6:F3} " +
            $"{Share(f.Broken, f.Sides),5:F3} {Share(f.SurelyBroken, sides),5:F3} " +
            $"{Share(f.Decided[0], decided),5:F3} {Share(f.Decided[2], decided),6:F3} " +
            $"{Share(f.Wrong[0], f.Decided[0]),6:F3} {Share(f.Wrong[1], f.Decided[1]),5:F3} " +
            $"{Share(f.Wrong[2], f.Decided[2]),5:F3} {Share(f.CertifiedYes, f.Labels),5:F2}");
        return name == "coin" ? string.Create(CultureInfo.InvariantCulture,
            $"{line}  held-out F1 {f.HeldOutF1 / f.Labels:F3}") : line;
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
