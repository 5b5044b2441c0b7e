using System.Globalization;
using System.Xml.Linq;
using Worker.Reports.Plotting;

namespace Worker.Learning.Tests.Plotting;

public class ChartTests
{
    /// <summary>Maximum width of a character of a tick, in units of the drawing.</summary>
    private const double Character = 7;

    [Theory]
    [InlineData("1")]
    [InlineData("100")]
    [InlineData("1,000")]
    [InlineData("1,000,000")]
    public void A_tick_at_the_right_edge_is_not_cut_off(string text)
    {
        var tick = Tick(new Axis("x", [new Tick(1, text)], value => value), Axis.Share("y"), text, at: 1);
        var (x, end) = (Number(tick, "x"), tick.Attribute("text-anchor")!.Value == "end");
        Assert.InRange(x + (end ? 0 : text.Length * Character / 2), 0, 340);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("12.5%")]
    [InlineData("1,234,567")]
    public void Ticks_of_the_second_axis_stand_clear_of_its_title(string text)
    {
        var tick = Tick(Axis.Share("x"), new Axis("y", [new Tick(0.5, text)], value => value), text, at: null);
        Assert.Equal("end", tick.Attribute("text-anchor")!.Value);
        // The title stands upright around 11, 6 to either side.
        Assert.InRange(Number(tick, "x") - text.Length * Character, 17, 340);
    }

    [Fact]
    public void Long_names_of_intervals_have_room()
    {
        const string Name = "layer1+layer2+layer3+layer4+mean";
        var figure = IntervalChart.Render("t", "r", "d", "x", [new NamedInterval(Name, 0, 1, 2, Ink.First)]);
        var name = figure.Descendants("text").Single(e => e.Value == Name);
        Assert.InRange(Number(name, "x") - Name.Length * Character, 0, 1000);
        var width = figure.Descendants("svg").Single().Attribute("viewBox")!.Value.Split(' ')[2];
        Assert.All(
            figure.Descendants("circle"), point =>
                Assert.InRange(Number(point, "cx"), 0, double.Parse(width, CultureInfo.InvariantCulture)));
    }

    /// <summary>The drawn text of a tick.</summary>
    /// <param name="at">Where on the first axis; null for a tick of the second.</param>
    private static XElement Tick(Axis x, Axis y, string text, double? at)
    {
        var axes = new SharedAxes();
        new Chart("d", x, y).Line(Ink.First, null, [(0, 0), (1, 1)]).Render(axes, "t");
        var ticks = axes.Definitions().Descendants("text").Where(e =>
            e.Attribute("class")!.Value == "tick" && e.Value == text);
        return ticks.Where(tick => at is null == (Number(tick, "y") < 196)).First();
    }

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
