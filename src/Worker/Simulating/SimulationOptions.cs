using Worker.Learner;

namespace Worker.Simulating;

/// <summary>How a loop is simulated.</summary>
internal sealed record SimulationOptions
{
    /// <summary>Texts answered at random before the first question.</summary>
    public required int Start { get; init; }

    /// <summary>Questions of a round.</summary>
    public required int Budget { get; init; }

    /// <summary>Rounds of questions.</summary>
    public required int Rounds { get; init; }

    /// <summary>Repetitions, each with another start.</summary>
    public required int Seeds { get; init; }

    /// <summary>Threads of training.</summary>
    public int Threads { get; init; }

    /// <summary>How a label that has a head in use gets its next one.</summary>
    public LearningMethod Method { get; init; } = new LearnSection().Method;

    /// <summary>Answers of each kind without which no head is promoted.</summary>
    public int PromotionAnswers { get; init; } = 5;

    /// <summary>Chance that a head which is only as good as the one before passes the bar of log-loss.</summary>
    public double PromotionLevel { get; init; } = 0.05;

    /// <summary>Share of right decisions that a better head may turn wrong.</summary>
    public double TurnedWrong { get; init; } = 0.02;

    /// <summary>How the simulated learner is set.</summary>
    public LearnSection Learn => new()
    {
        // The simulation has no time: every label with a new answer is due.
        Answers = 1,
        Threads = Threads,
        LeaseSeconds = 3600,
        Method = Method,
        PromotionAnswers = PromotionAnswers,
        PromotionLevel = PromotionLevel,
        TurnedWrong = TurnedWrong,
    };
}
