using Worker.Terminal;

namespace Worker.Tests.Terminal;

public class NearestNamesTests
{
    private static readonly string[] Labels = ["spam", "refund", "refund-late", "Praise", "invoice", "a"];

    [Theory]
    [InlineData("spma", "spam")]
    [InlineData("SPAM", "spam")]
    [InlineData("refunds", "refund")]
    [InlineData("refund late", "refund-late,refund")]
    [InlineData("praise ", "Praise")]
    [InlineData("voice", "invoice")]
    [InlineData("something else", "")]
    [InlineData("", "a")]
    public void What_may_have_been_meant(string name, string near) =>
        Assert.Equal(near, string.Join(',', NearestNames.Of(name, Labels)));

    [Fact]
    public void The_hint_is_a_question()
    {
        Assert.Equal("did you mean 'spam'?", NearestNames.Hint("spamm", Labels));
        Assert.Equal("", NearestNames.Hint("completely", Labels));
    }
}
