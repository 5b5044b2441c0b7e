using System.Globalization;

namespace Worker.Bench.Quality;

/// <summary>One figure of the table.</summary>
/// <param name="Name">What it is, and of which set.</param>
/// <param name="Target">The target.</param>
/// <param name="Reached">The reached figure; null if it was not measured.</param>
/// <param name="Less">Whether lower is better.</param>
/// <param name="Digits">Decimals shown; a target counts as reached by the figure itself, not by its rounding.</param>
internal sealed record QualityFigure(string Name, double Target, double? Reached, bool Less = false, int Digits = 4)
{
    public bool? Passed => Reached is not { } reached ? null : Less ? reached <= Target : reached >= Target;
}

/// <summary>Prints figures as they come, and at the end all of them as one table.</summary>
internal sealed class QualityTable
{
    private readonly List<QualityFigure> figures = [];

    public void Add(QualityFigure figure)
    {
        figures.Add(figure);
        Console.Error.WriteLine(Line(figure));
    }

    /// <summary>Prints something other than a figure.</summary>
    public static void Note(string text) => Console.Error.WriteLine(text);

    public void Write(TextWriter output)
    {
        output.WriteLine($"{"figure",-62} {"target",9} {"reached",9}");
        foreach (var figure in figures)
            output.WriteLine(Line(figure));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{figures.Count(f => f.Passed == true)} reached, {figures.Count(f => f.Passed == false)} missed, " +
            $"{figures.Count(f => f.Passed is null)} not measured"));
    }

    private static string Line(QualityFigure figure)
    {
        var format = "F" + figure.Digits.ToString(CultureInfo.InvariantCulture);
        var target = (figure.Less ? "<= " : ">= ") + figure.Target.ToString("0.####", CultureInfo.InvariantCulture);
        var reached = figure.Reached?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
        var verdict = figure.Passed switch { true => "yes", false => "NO", null => "not measured" };
        return $"{figure.Name,-62} {target,9} {reached,9}  {verdict}";
    }
}
