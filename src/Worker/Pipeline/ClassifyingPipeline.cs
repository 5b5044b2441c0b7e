using Microsoft.Extensions.Logging;
using Worker.Core.Health;
using Worker.Core.Messages;
using Worker.Heads;
using Worker.Kafka.Clients;
using Worker.Kafka.Groups;
using Worker.Kafka.Publishing;
using Worker.Kafka.Reading;

namespace Worker.Pipeline;

/// <summary>
/// Three loops joined by handoffs of one window: read and tokenise; classify; publish and commit. While one window is
/// computed, the next is read and the one before is published. Windows are computed, published and committed in the
/// order they were read, so there is no per-message bookkeeping.
/// </summary>
internal sealed class ClassifyingPipeline(
    GroupSession group,
    WindowReader reader,
    WindowTokenizer tokenizer,
    WindowClassifier classifier,
    HeadRegistry heads,
    WindowRecords records,
    WindowPublisher publisher,
    WindowPacer pacer,
    PipelineMeter meter,
    TimeProvider clock,
    ILogger<ClassifyingPipeline> log)
{
    private readonly Handoff<TokenizedWindow> tokenized = new();
    private readonly Handoff<ScoredWindow> scored = new();
    private readonly RewindLog rewinds = new(log, group.Outages, clock);
    private readonly Heartbeat classifying = new("classify", clock);

    /// <summary>The heartbeats of the three stages; any thread may read them.</summary>
    public IReadOnlyList<Heartbeat> Heartbeats => [reader.Heartbeat, classifying, publisher.Heartbeat];

    /// <summary>
    /// Runs until stopped, then finishes the windows in flight. When a stage fails, the others end too.
    /// </summary>
    /// <param name="stop">Stops reading; what was read is finished and committed.</param>
    /// <param name="abandon">Stops finishing: what is not committed will be read again.</param>
    /// <exception cref="Exception">A stage failed permanently; nothing uncommitted was lost.</exception>
    public async Task Run(CancellationToken stop, CancellationToken abandon)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        using var stopReading = CancellationTokenSource.CreateLinkedTokenSource(stop, failed.Token);
        // The reader may still be inside a revoke when a stage has failed or everything is abandoned.
        using var nobody = failed.Token.Register(group.AwaitNothing);
        Task[] stages =
        [
            Stage("read", () => Read(stopReading.Token, failed.Token), tokenized.Complete, failed),
            Stage("classify", () => Classify(failed.Token), scored.Complete, failed),
            Stage("publish", () => Publish(stopReading.Token, failed.Token), () => { }, failed),
        ];
        // A stage that failed cancels the others; its own failure is thrown.
        await Task.WhenAll(stages);
    }

    /// <summary>
    /// Runs a loop on its own thread. The end of the loop closes its output; a failure ends the other loops too.
    /// </summary>
    private static Task Stage(string name, Action loop, Action close, CancellationTokenSource failed)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                loop();
                close();
                ended.SetResult();
            }
            catch (OperationCanceledException) when (failed.IsCancellationRequested)
            {
                close();
                ended.SetCanceled(failed.Token);
            }
            catch (Exception error)
            {
                failed.Cancel();
                close();
                ended.SetException(error);
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        return ended.Task;
    }

    private void Read(CancellationToken stop, CancellationToken failed)
    {
        while (reader.Read(stop) is { } window)
        {
            var started = clock.GetTimestamp();
            TokenizedWindow tokens;
            using (reader.Heartbeat.Enter("tokenising a window", TimeSpan.Zero))
                tokens = tokenizer.Tokenize(window);
            if (window.Records.Length > 0)
            {
                meter.Read(window);
                meter.Tokenized(clock.GetElapsedTime(started));
            }
            var taken = tokenized.Offer(tokens, failed);
            // The reader keeps polling while we wait: it answers rebalances, so a slow device does not cost the
            // membership.
            reader.GatherUntil(taken, stop);
            taken.GetAwaiter().GetResult();
        }
    }

    private void Classify(CancellationToken failed)
    {
        while (tokenized.Take(failed) is { } window)
        {
            if (window.Source.IsStale)
            {
                window.Dispose();
                continue;
            }
            if (window.Source.Records.Length == 0)
            {
                // Only offsets; they stay in order after the windows before.
                scored.Give(new ScoredWindow(window, heads.Current, TextScores.None), failed);
                continue;
            }
            var started = clock.GetTimestamp();
            ScoredWindow result;
            using (classifying.Enter("computing a window on the device", TimeSpan.Zero))
                result = classifier.Classify(window, heads.Current);
            var took = clock.GetElapsedTime(started);
            pacer.Took(window.Source, took);
            meter.Classified(took, classifier.Repeats);
            scored.Give(result, failed);
        }
    }

    private void Publish(CancellationToken stop, CancellationToken failed)
    {
        while (scored.Take(failed, () => Attend(stop)) is { } window)
        {
            using (window)
            {
                if (!window.Window.Source.IsStale)
                    Publish(window, failed);
            }
        }
    }

    private void Publish(ScoredWindow window, CancellationToken failed)
    {
        while (true)
        {
            var started = clock.GetTimestamp();
            var output = records.Build(window);
            try
            {
                var outcome = publisher.Publish(window.Window.Source, output.Records, failed);
                if (outcome != PublishOutcome.Abandoned)
                    rewinds.Published();
                if (window.Window.Source.Records.Length > 0)
                    meter.Published(window, output, outcome, clock.GetElapsedTime(started));
                return;
            }
            catch (KafkaFailureException failure) when (failure.Action == FailureAction.DeadLetter)
            {
                // Nothing was published yet. The window is built again with a smaller record in its place, or without
                // it.
                if (records.TryWithdrawReview(output, failure.RecordIndex))
                    continue;
                var poison = output.Sources[failure.RecordIndex];
                window.Window.Failures[poison] = window.Window.Failures[poison] switch
                {
                    null => new Failure(FailureKind.ResultTooLarge, failure.Message),
                    { Bare: false } letter => letter with { Bare = true },
                    _ => throw new KafkaFailureException(KafkaFailure.RecordTooLarge,
                        "a dead letter without key, value and headers is still too large: raise max.message.bytes " +
                        $"of topic '{output.Records[failure.RecordIndex].Topic}' ({failure.Message})"),
                };
            }
            catch (KafkaFailureException failure) when (failure.Action == FailureAction.Rewind)
            {
                // The reader has already gone back to what was committed; this window and those after it are stale.
                meter.Rewound();
                failed.WaitHandle.WaitOne(rewinds.Rewound(failure.Message));
                return;
            }
        }
    }

    private void Attend(CancellationToken stop)
    {
        try
        {
            publisher.Attend(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The next start of the worker handles it, unless another window comes first.
        }
    }
}
