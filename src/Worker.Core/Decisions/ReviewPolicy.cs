using Worker.Core.Messages;

namespace Worker.Core.Decisions;

/// <summary>
/// Decides which messages people are asked about. Every message is scored for risk. A uniform random arm is audited
/// whatever its risk. Of the rest people are asked about the riskiest, as many as the budget allows; this works without
/// knowing the future, and avoids asking the same thing repeatedly. The others are deferred, never dropped. While there
/// are heads that were made from descriptions, what they rank high is risky too, and each has its share of questions.
/// Deterministic given the options, the messages and the clock. One caller at a time; its state is this worker's own,
/// and is lost with it. A message that comes again (its window was read or built again) is asked about again, without
/// spending again.
/// </summary>
public sealed class ReviewPolicy
{
    /// <summary>Unrelated texts differ in about 32 bits; from this many bits a question counts as new.</summary>
    private const int NewFrom = 24;

    private readonly ReviewOptions options;
    private readonly ReviewBudget budget;
    private readonly ReviewBudget traffic = new(0, 1);
    private readonly RunningQuantile risks = new();
    private readonly RecentQuestions questions = new();
    private readonly DescribedRanks ranks = new();

    public ReviewPolicy(ReviewOptions options)
    {
        this.options = options;
        budget = new ReviewBudget(options.Budget, options.Burst);
    }

    /// <summary>Judges the next message of the stream.</summary>
    public ReviewVerdict Judge(in ReviewCandidate message, DateTimeOffset now)
    {
        var score = RiskScoring.Of(message, options, ranks.Take(message));
        // 1. The audit arm: the draw depends on the message's identity and the past, never on its risk.
        traffic.Arrive(now);
        var propensity = Propensity();
        if (Uniform(message.Source, 1) < propensity)
        {
            var reasons = score.Reasons;
            reasons.Add(new(ReviewReasonKind.Audit, -1, 1));
            score = score with { Reasons = reasons };
            var isNew = !questions.WasAsked(message.Source);
            if (isNew)
                Remember(message.Source, TextHash.Of(message.Tokens), score.Reasons[0], now);
            return new ReviewVerdict(ReviewState.Asked, score, propensity) { IsNew = isNew };
        }
        if (score.Reasons.Count == 0)
            return new ReviewVerdict(ReviewState.None, score);
        // 2. Nothing is asked twice, neither the same message nor nearly the same text.
        if (questions.WasAsked(message.Source))
            return new ReviewVerdict(ReviewState.Asked, score);
        var hash = TextHash.Of(message.Tokens);
        var distance = questions.Nearest(hash, now - TimeSpan.FromMinutes(options.DuplicateMinutes), out var question);
        if (options.DuplicateMinutes > 0 && distance <= options.DuplicateBits)
            return new ReviewVerdict(ReviewState.Shared, score, Question: question);
        // 3. The riskiest messages that the budget allows; at equal risk, those that differ from recent questions.
        var priority = Priority(message, score, distance);
        budget.Arrive(now);
        var chosen = risks.IsInTop(priority, budget.Share) && budget.TrySpend();
        risks.Add(priority);
        if (!chosen)
            return new ReviewVerdict(ReviewState.Deferred, score);
        Remember(message.Source, hash, score.Reasons[0], now);
        return new ReviewVerdict(ReviewState.Asked, score) { IsNew = true };
    }

    /// <summary>
    /// Nobody can be asked about a message after all. What was spent on it is given back, and no other message shares
    /// its answer.
    /// </summary>
    /// <param name="source">The message.</param>
    /// <param name="verdict">Its verdict.</param>
    /// <returns>The verdict to use instead.</returns>
    public ReviewVerdict Withdraw(SourcePosition source, in ReviewVerdict verdict)
    {
        questions.Remove(source);
        if (verdict is { IsNew: true, IsAudit: false })
            budget.GiveBack();
        return verdict with { State = ReviewState.Deferred, IsNew = false };
    }

    private double Propensity() => options.AuditPerHour > 0
        ? Math.Min(options.Audit, options.AuditPerHour / 3600 / traffic.Rate)
        : options.Audit;

    private double Priority(in ReviewCandidate message, in RiskScore score, int distance)
    {
        var novelty = 0.5 + 0.5 * Math.Min(1, (double)distance / NewFrom);
        var leading = score.Reasons[0];
        // Each described label should have its share of the questions: nobody knows yet which of them are frequent.
        var crowding = leading.Kind == ReviewReasonKind.Described
            ? 1 / (1 + message.Bands.Described.Length * questions.Share(leading))
            : 1 - 0.5 * questions.Crowding(leading);
        // Equal risks are ordered at random; otherwise none of them would be above the others.
        return 0.99 * score.Risk * novelty * crowding + 0.01 * Uniform(message.Source, 2);
    }

    private void Remember(SourcePosition source, ulong hash, ReviewReason leading, DateTimeOffset now) =>
        questions.Add(new(source, hash, now, leading.Kind, leading.Label));

    /// <summary>A number in [0, 1) that depends on the seed and the message's identity alone.</summary>
    private double Uniform(SourcePosition source, ulong purpose) =>
        SourceDraw.Of((ulong)(uint)options.Seed << 8 | purpose, source);
}
