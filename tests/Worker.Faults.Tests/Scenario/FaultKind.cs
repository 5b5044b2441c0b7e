namespace Worker.Faults.Tests.Scenario;

/// <summary>What is done to the system under load.</summary>
public enum FaultKind
{
    /// <summary>kill -9 of a worker; the same identity starts again after the fault's duration.</summary>
    WorkerKill,

    /// <summary>SIGTERM of a worker, which must end in an orderly way; it starts again after the duration.</summary>
    WorkerTerminate,

    /// <summary>SIGSTOP of a worker, SIGCONT before its session ends.</summary>
    WorkerPause,

    /// <summary>
    /// SIGSTOP of a worker for longer than its session, then SIGCONT: it must not publish what others took over.
    /// </summary>
    WorkerZombie,

    /// <summary>A second process with a living worker's identity: the first is fenced.</summary>
    WorkerTwin,

    /// <summary>SIGSTOP of a worker, a new process with its identity, SIGCONT of the old one: it is fenced.</summary>
    WorkerReplaced,

    /// <summary>A worker whose encoder needs seconds for a window joins, and is ended by kill -9 or SIGTERM.</summary>
    SlowWorker,

    /// <summary>
    /// Workers leave and join about every second; its kills and terminations count as separate faults.
    /// </summary>
    RebalanceStorm,

    /// <summary>All workers but one leave for a while; its terminations count as separate faults.</summary>
    OneWorkerLeft,

    /// <summary>kill -9 of a broker, started again after the duration.</summary>
    BrokerKill,

    /// <summary>Clean stop of a broker, started again after the duration.</summary>
    BrokerStop,

    /// <summary>SIGSTOP of a broker, SIGCONT after the duration.</summary>
    BrokerPause,

    /// <summary>A new version of every head is published.</summary>
    HeadSwap,

    /// <summary>Many poison messages in a row.</summary>
    PoisonBurst,
}

/// <summary>One fault of a schedule.</summary>
/// <param name="At">Since the beginning of the run.</param>
/// <param name="Target">Index of the worker or broker; the number of messages of a poison burst; else 0.</param>
/// <param name="Duration">Until it is healed.</param>
/// <param name="Hard">Slow worker only: ends by kill -9 instead of SIGTERM.</param>
public sealed record ScheduledFault(TimeSpan At, FaultKind Kind, int Target, TimeSpan Duration, bool Hard = false);
