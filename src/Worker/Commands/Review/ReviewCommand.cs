using System.CommandLine;

namespace Worker.Commands.Review;

/// <summary>worker review: what goes with the review page.</summary>
internal static class ReviewCommand
{
    public static Command Create() => new(
        "review", "Keys and the description of the review API; 'worker run --roles review' serves it")
    {
        KeyCommand.Create(),
        DescribeApiCommand.Create(),
    };
}
