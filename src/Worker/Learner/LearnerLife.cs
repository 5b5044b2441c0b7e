using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Store;
using Worker.Store.Examples;
using Worker.Store.Heads;
using Worker.Store.Ownership;

namespace Worker.Learner;

/// <summary>
/// The life of a learner. Four loops, each on its own thread: the heads topic tells the heads in use, the labels topic
/// goes into the store, labels that are due are trained, and what came of it is sent.
/// </summary>
internal sealed class LearnerLife(LearnerParts parts) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetentionEvery = TimeSpan.FromHours(1);

    // With many labels and audits a look takes long: training gets twenty times as much.
    private const int MaximumLooking = 20;

    private readonly TaskCompletionSource headsKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AutoResetEvent answered = new(initialState: false);
    private readonly AutoResetEvent decided = new(initialState: false);
    private readonly Heartbeat taking = parts.Heartbeat("answers");
    private readonly Heartbeat training = parts.Heartbeat("learn");
    private readonly Heartbeat sending = parts.Heartbeat("send");

    /// <summary>What it is doing, for probes.</summary>
    public WorkerHealth Health { get; } = new();

    /// <summary>Learns until stopped. A training in hand is given up: nothing of its batch was written.</summary>
    /// <exception cref="Exception">Something that only a restart or a person can mend.</exception>
    public async Task Run(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Health.Waiting("for the store");
        using var store = await OwnThread.Run(() => parts.Store(ended.Token));
        parts.Log.LogInformation("Learning from {Store}", store.Description);
        Health.Waiting("for the heads topic", () => headsKnown.Task.IsCompletedSuccessfully);
        Health.Watch([taking, training, sending], () => parts.Outages.LastOn);
        Task[] loops =
        [
            OwnThread.Run(() => FollowHeads(ended.Token)),
            OwnThread.Run(() => TakeAnswers(store, ended.Token)),
            OwnThread.Run(() => Train(store, ended.Token)),
            OwnThread.Run(() => Send(store, ended.Token)),
        ];
        try
        {
            // None ends by itself but by a failure: then the others end too.
            await await Task.WhenAny(loops);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            Health.Waiting("for the end");
            Health.Watch([]);
            await ended.CancelAsync();
            answered.Set();
            decided.Set();
            await Task.WhenAll(loops).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    public void Dispose()
    {
        answered.Dispose();
        decided.Dispose();
        parts.Dispose();
    }

    private void FollowHeads(CancellationToken stop)
    {
        using var topic = parts.HeadsTopic();
        topic.Run(parts.Champions.Take, () => headsKnown.TrySetResult(), stop);
        stop.ThrowIfCancellationRequested();
    }

    private void TakeAnswers(LearningStore store, CancellationToken stop)
    {
        using var texts = parts.Texts(store, taking);
        using var topic = parts.LabelsTopic();
        var intake = parts.Intake(store, texts, parts.Calls(taking));
        topic.Run(
            () => intake.NextOffsets(stop), records =>
            {
                var taken = intake.Take(records, stop);
                answered.Set();
                decided.Set();
                return taken;
            }, stop);
        stop.ThrowIfCancellationRequested();
    }

    private void Train(LearningStore store, CancellationToken stop)
    {
        Niceness.Set(parts.Options.Learn.Nice);
        using var encoder = parts.Encoder();
        headsKnown.Task.Wait(stop);
        var features = parts.Features(store, encoder, training);
        var (round, calls) = (parts.Round(store, features, encoder, training, Tell), parts.Calls(training));
        var (audits, withdrawal) = (parts.Audits(store, features, encoder), parts.Withdrawal(store));
        var canaries = parts.Canaries(store, features, encoder);
        var (looked, looking) = (0L, TimeSpan.Zero);
        var (schedule, cleaned) = (new LearningSchedule(parts.Options.Learn), DateTimeOffset.MinValue);
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var now = parts.Clock.GetUtcNow();
            if (parts.Options.Store.RetentionDays is > 0 and var days && now - cleaned >= RetentionEvery)
            {
                calls.RunLong("erasing old texts", () => store.Erasure.Before(now.AddDays(-days)), stop);
                cleaned = now;
            }
            var labels = calls.Run(store.Examples.Labels, stop);
            if (parts.Clock.GetElapsedTime(looked) >= looking * MaximumLooking)
            {
                var started = parts.Clock.GetTimestamp();
                foreach (var figures in calls.RunLong(
                    "looking at audited answers", () => audits.Look(labels, stop), stop))
                    Tell(figures, labels, withdrawal, calls, stop);
                (looked, looking) = (parts.Clock.GetTimestamp(), parts.Clock.GetElapsedTime(started));
            }
            parts.Meter.Stand(labels, audits.Figures);
            End(canaries, labels, calls, stop);
            var due = labels.Where(label => schedule.Of(
                label, now, audits.AlarmSince(label.Name),
                canaries.Running?.Holds(label.Name, parts.Champions, parts.Options.Learn)).IsDue).ToList();
            if (due.Count > 0 && Round(round, due, calls, stop))
                continue;
            if (calls.RunLong("encoding texts", features.EncodeMissing, stop) == 0)
                answered.WaitOne(Pause);
        }
    }

    /// <summary>Says that a head does not keep its promise, and takes back certificates that do not hold.</summary>
    private void Tell(
        AuditFigures figures, IReadOnlyList<LabelState> labels, CertificateWithdrawal withdrawal, StoreCalls calls,
        CancellationToken stop)
    {
        if (figures.Alarm)
            parts.Log.LogWarning("Drift: {Label} v{Version} is wrong in at least {Lower:P1} of the audited texts " +
                "({Errors} of {Seen}), and promised at most {Promised:P1}: it is trained again",
                figures.Label, figures.Version, figures.Lower, figures.Errors, figures.Seen, figures.Promised);
        if (figures.Revised is null)
            return;
        var id = labels.First(label => label.Name == figures.Label).Id;
        try
        {
            if (calls.Run(() => withdrawal.Withdraw(id, figures, stop), stop) is { } head)
                parts.Log.LogWarning("Drift: {Label} v{Version} goes on as v{Next} without certificates that do not " +
                    "hold in the audit", figures.Label, figures.Version, head.Version);
            decided.Set();
        }
        catch (LeaseLostException lost)
        {
            parts.Log.LogWarning("No certificate was withdrawn: {Reason}", lost.Message);
        }
    }

    /// <summary>Has canaries decide all messages, or none.</summary>
    private void End(
        CanaryTrials canaries, IReadOnlyList<LabelState> labels, StoreCalls calls, CancellationToken stop)
    {
        try
        {
            foreach (var ended in calls.RunLong("looking at canaries", () => canaries.Look(labels, stop), stop))
            {
                parts.Log.LogInformation("Canary: {Label} v{Version} is {State}: {Reason}", ended.Label, ended.Version,
                    HeadStateNames.Of(ended.State), ended.Reason);
                decided.Set();
            }
        }
        catch (LeaseLostException lost)
        {
            parts.Log.LogWarning("No canary ended: {Reason}", lost.Message);
        }
    }

    /// <summary>Says what became of labels, and has it sent.</summary>
    private void Tell(IReadOnlyList<RoundOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            parts.Meter.Made(outcome);
            parts.Log.LogInformation("Learned: {Label}{Version} {Sentence}", outcome.Label,
                outcome.Head is { } head ? $" v{head.Version}" : " has no new head:",
                outcome.Made is { } made ? $"{outcome.Sentence} (made as {made})" : outcome.Sentence);
        }
        decided.Set();
    }

    /// <summary>Whether any of the labels was this learner's.</summary>
    private bool Round(TrainingRound round, List<LabelState> due, StoreCalls calls, CancellationToken stop)
    {
        try
        {
            return calls.RunLong("training", () => round.Run(due, stop), stop).Count > 0;
        }
        catch (LeaseLostException lost)
        {
            parts.Log.LogWarning("Learned no more: {Reason}", lost.Message);
            return false;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            parts.Log.LogWarning("Learned no more: a label has another owner by now");
            return false;
        }
    }

    private void Send(LearningStore store, CancellationToken stop)
    {
        using var sender = parts.Sender(store, parts.Calls(sending));
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (sender.Send(stop) == 0)
                decided.WaitOne(Pause);
        }
    }
}
