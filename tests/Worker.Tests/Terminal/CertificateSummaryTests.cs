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
        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.Contains("yes needs about 400 (a label w…) to 10,300 (a label w…) more answers, 34 labels", lines[0],
            StringComparison.Ordinal);
        Assert.Contains("yes, where surest, is wrong in 12 % ", lines[1], StringComparison.Ordinal);
        Assert.Contains("33 of 100 labels", lines[3], StringComparison.Ordinal);

        Assert.Equal("  no needs about 70 (spam) more answers",
            Assert.Single(CertificateSummary.Missing(
            [Figures("spam") with { NoNeeds = new MissingEvidence(70, 0.01) }])));
        Assert.Empty(CertificateSummary.Missing([Figures("spam")]));
    }

    private static LabelFigures Figures(string label)
    {
        var diagram = new ReliabilityDiagram([], 0, 0, 0);
        return new LabelFigures(label, 10, 10, 5, 0.1, 1, true, 0, diagram, diagram, 0, 0, null);
    }
}
