using System.CommandLine;

namespace Worker.Bench.Review;

/// <summary>The review page's server: a long queue, similar texts, and requests to classify.</summary>
internal static class ReviewBench
{
    public static Command Create() => new("review", "The review page's server")
    {
        QueueBench.Create(),
        SimilarBench.Create(),
        RequestsBench.Create(),
        IdleBench.Create(),
    };
}
