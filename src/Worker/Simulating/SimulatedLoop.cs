using Worker.Core.Answers;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learner;
using Worker.Learning.Fitting;
using Worker.Store.Heads;
using Worker.Training;

namespace Worker.Simulating;

/// <summary>
/// One repetition of the loop with an oracle in place of people: topics, store, schedule, training round and promotion
/// gate are a learner's own. One caller.
/// </summary>
internal sealed class SimulatedLoop : IDisposable
{
    private readonly SimulatedTopics topics;
    private readonly TrainingRound round;
    private readonly LearningSchedule schedule;
    private readonly LoadedEncoder loaded;
    private readonly SimulatedTexts pool;
    private readonly SimulatedTexts test;
    private readonly SimulationOptions options;
    private readonly HashSet<int> answered = [];
    private readonly List<RoundFigures> figures = [];
    private readonly List<ReplacedHead> promotions = [];
    private readonly Random random;
    private readonly SortedDictionary<string, int> failedBars = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> refits = new(StringComparer.Ordinal);
    private int successors;
    private int kept;
    private int dropped;

    public SimulatedLoop(
        LoadedEncoder loaded, SimulatedTexts pool, SimulatedTexts test, SimulationOptions options, int seed)
    {
        (this.loaded, this.pool, this.test, this.options) = (loaded, pool, test, options);
        random = new Random(seed);
        var learn = options.Learn;
        schedule = new LearningSchedule(learn);
        topics = new SimulatedTopics(learn);
        round = new TrainingRound(
            topics.Store, (_, texts, _) => pool.Of(texts), loaded, topics.Champions, learn, topics.HeadsTopic,
            TimeProvider.System);
    }

    /// <summary>The start, then every round.</summary>
    /// <param name="byDoubt">Whether the texts in doubt are asked about; else any.</param>
    /// <param name="progress">Told after each round.</param>
    public ArmResult Run(bool byDoubt, Action progress, CancellationToken stop)
    {
        Answer(ByChance(options.Start), (double)options.Start / pool.Data.Texts.Count, stop);
        progress();
        for (var i = 0; i < options.Rounds; i++)
        {
            Answer(
                byDoubt ? ByDoubt(options.Budget) : ByChance(options.Budget),
                byDoubt ? null : (double)options.Start / pool.Data.Texts.Count, stop);
            progress();
        }
        return new ArmResult(figures, promotions, kept, dropped, failedBars, Fresh(stop))
        {
            Successors = successors,
            Refits = refits,
        };
    }

    public void Dispose() => topics.Dispose();

    private IReadOnlyList<Head> Heads => [.. pool.Data.Labels.Select(label =>
        topics.Champions.Find(label)?.Head).OfType<Head>()];

    private int[] ByChance(int count)
    {
        int[] left = [.. Enumerable.Range(0, pool.Data.Texts.Count).Where(row => !answered.Contains(row))];
        random.Shuffle(left);
        return left[..Math.Min(count, left.Length)];
    }

    private int[] ByDoubt(int count)
    {
        if (Heads.Count == 0)
            return ByChance(count);
        var doubts = pool.Doubts(Heads);
        // Among equal doubts any: the order of the file must not matter.
        return [.. ByChance(int.MaxValue).OrderByDescending(row => doubts[row]).Take(count)];
    }

    /// <summary>The oracle answers every label that the data know, a learner makes heads of it, and they are measured.
    /// </summary>
    /// <param name="propensity">Of texts that were drawn at random: they stand for all that were not asked
    /// about.</param>
    private void Answer(int[] rows, double? propensity, CancellationToken stop)
    {
        answered.UnionWith(rows);
        topics.Answer(rows.Select(row => Event(row, propensity)), stop);
        var now = TimeProvider.System.GetUtcNow();
        var due = topics.Store.Examples.Labels().Where(label => schedule.Of(label, now).IsDue).ToList();
        var before = test.ByLabel(Heads);
        var outcomes = round.Run(due, stop);
        topics.Publish(stop);
        var after = test.ByLabel(Heads);
        foreach (var outcome in outcomes)
        {
            kept += outcome.State == HeadState.Kept ? 1 : 0;
            dropped += outcome.State == HeadState.Dropped ? 1 : 0;
            if (outcome.Head is not null && before.ContainsKey(outcome.Label))
            {
                successors++;
                if (outcome.RefitReason is { } reason)
                    refits[reason] = refits.GetValueOrDefault(reason) + 1;
            }
            foreach (var bar in outcome.FailedBars)
                failedBars[bar] = failedBars.GetValueOrDefault(bar) + 1;
            if (outcome.State == HeadState.Promoted && before.TryGetValue(outcome.Label, out var old))
                promotions.Add(new ReplacedHead(old, after[outcome.Label]));
        }
        figures.Add(test.Measure(Heads, answered.Count));
    }

    private LabelEvent Event(int row, double? propensity) => new()
    {
        Id = $"{row}",
        At = TimeProvider.System.GetUtcNow(),
        Text = pool.Data.Texts[row],
        By = "oracle",
        Source = "simulation",
        Propensity = propensity is { } drawn ? Math.Min(1, drawn) : null,
        Answers = AnswerFile.Answers(pool.Data, row),
    };

    private double Fresh(CancellationToken stop)
    {
        var data = pool.Data.Part([.. answered.Order()]);
        var result = TextTraining.Train(loaded, data, pool.Of(data.Texts), new TrainingPlan
        {
            Quiet = true,
            Options = new TrainingOptions { Parallelism = options.Threads },
        }, stop);
        return test.Measure(result.Heads, answered.Count).MacroF1;
    }
}
