using Worker.Learning.Certifying;
using Worker.Learning.Evaluating.Curves;
using Worker.Learning.Fitting;
using Worker.Terminal;

namespace Worker.Tests.Terminal;

public class CertificateSummaryTests
{
    [Fact]
    public void What_sides_without_a_certificate_need_is_said_in_a_few_short_lines_however_many_labels_there_are()
    {
        var figures = Enumerable.Range(0, 100).Select(i => Figures($"a label with a rather long name {i}") with
        {
            YesNeeds = i % 3 == 0 ? new MissingEvidence(100 * i + 400, 0.02) : i % 3 == 1
                ? new MissingEvidence(null, 0.12 + i / 1000.0) : new MissingEvidence(null, null),
            NoNeeds = null,
        }).ToArray();
        var lines = CertificateSummary.Missing(figures).ToArray();
        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.Equal("  yes of 34 labels needs more answers, about", lines[0]);
        Assert.Equal("    400 (a label with a rath…) to 10,300 (a label with a rath…)", lines[1]);
        Assert.Contains("yes of 33 labels needs more than answers", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("    12 % (a label", lines[3], StringComparison.Ordinal);
        Assert.Contains("33 labels is not likely enough", lines[4], StringComparison.Ordinal);

        var one = CertificateSummary.Missing([Figures("spam") with { NoNeeds = new MissingEvidence(70, 0.01) }]);
        Assert.Equal(["  no of 1 label needs more answers, about", "    70 (spam)"], one);
        Assert.Empty(CertificateSummary.Missing([Figures("spam")]));
    }

    private static LabelFigures Figures(string label)
    {
        var diagram = new ReliabilityDiagram([], 0, 0, 0);
        return new LabelFigures(label, 10, 10, 5, 0.1, 1, true, 0, diagram, diagram, 0, 0, null);
    }
}
