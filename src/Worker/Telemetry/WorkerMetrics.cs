using OpenTelemetry.Metrics;

namespace Worker.Telemetry;

/// <summary>Which metrics are exported, and with what resolution.</summary>
internal static class WorkerMetrics
{
    /// <summary>
    /// 500 labels times their decisions and confidences. The library's own limit of 2,000 series would merge the rest
    /// into one.
    /// </summary>
    private const int MaximumSeries = 20_000;

    // From 1 ms for a window of a fast device to half a minute for one on a device that is nearly stuck.
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        30];
    private static readonly double[] Messages = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];

    public static MeterProviderBuilder AddWorker(this MeterProviderBuilder metrics) => metrics
        .AddMeter(MetricNames.Meter)
        .AddRuntimeInstrumentation()
        .AddView(MetricNames.StageSeconds.Name, new ExplicitBucketHistogramConfiguration { Boundaries = Seconds })
        .AddView(MetricNames.WindowMessages.Name, new ExplicitBucketHistogramConfiguration { Boundaries = Messages })
        .AddView(MetricNames.Decisions.Name, new MetricStreamConfiguration { CardinalityLimit = MaximumSeries })
        .AddView(MetricNames.Examples.Name, new MetricStreamConfiguration { CardinalityLimit = MaximumSeries })
        .AddView(MetricNames.HeadsMade.Name, new MetricStreamConfiguration { CardinalityLimit = MaximumSeries })
        .AddView(MetricNames.Lag.Name, new MetricStreamConfiguration { CardinalityLimit = MaximumSeries })
        .AddView(MetricNames.TimeLag.Name, new MetricStreamConfiguration { CardinalityLimit = MaximumSeries });
}
