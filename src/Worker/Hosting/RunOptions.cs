using Worker.Core.Decisions;
using Worker.Core.Messages;
using Worker.Core.Results;
using Worker.Encoders;
using Worker.Kafka.Configuration;
using Worker.Learner;
using Worker.Review.Http;
using Worker.Store;

namespace Worker.Hosting;

/// <summary>Everything 'worker run' is configured with, validated; see docs/configuration.md.</summary>
internal sealed class RunOptions
{
    public KafkaOptions Kafka { get; init; } = new();

    public EncoderSection Encoder { get; init; } = new();

    public HeadsSection Heads { get; init; } = new();

    public WindowOptions Window { get; init; } = new();

    public InputOptions Input { get; init; } = new();

    public DecisionOptions Decisions { get; init; } = new();

    public ReviewOptions Review { get; init; } = new();

    public AnomalySection Anomaly { get; init; } = new();

    public ResultOptions Results { get; init; } = new();

    public StoreOptions Store { get; init; } = new();

    public LearnSection Learn { get; init; } = new();

    public WebOptions Web { get; init; } = new();

    public ShutdownOptions Shutdown { get; init; } = new();

    public HealthSection Health { get; init; } = new();

    public TelemetrySection Telemetry { get; init; } = new();

    public LoggingSection Logging { get; init; } = new();
}
