using System.Collections.Concurrent;
using System.Text;
using Worker.Classifying;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Health;
using Worker.Core.Results;
using Worker.Encoders;
using Worker.Heads;
using Worker.Review.Http;
using Worker.Review.Models;

namespace Worker.Reviewing;

/// <summary>
/// Classifies texts of requests. The encoder has one owner, this thread; requests that arrive while it computes go
/// together into its next window. Any thread may ask.
/// </summary>
/// <param name="loaded">Nobody else uses it while this runs, unless it is shared.</param>
/// <param name="heads">Those in use.</param>
/// <param name="anomalies">The reference in use.</param>
/// <param name="heartbeat">Of this thread.</param>
/// <param name="clock">For certificates that end.</param>
internal sealed class RequestScorer(
    LoadedEncoder loaded, HeadRegistry heads, AnomalyRegistry anomalies, Heartbeat heartbeat, TimeProvider clock)
    : ITextScorer, IDisposable
{
    private const int MaximumWaiting = 1000;

    /// <summary>The most requests that may wait, of the longest texts, on a slow machine.</summary>
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(15);

    /// <summary>Of a token, in English. What it decides is only how many requests share a window.</summary>
    private const int BytesOfToken = 4;

    /// <summary>A certificate that ends is noticed after so long.</summary>
    private static readonly TimeSpan HeadsLast = TimeSpan.FromMinutes(1);

    private readonly BlockingCollection<ScoreJob> waiting = new(MaximumWaiting);
    /// <summary>
    /// Requests go into the next window together until they fill a micro-batch of the size that the device computes
    /// fastest. Larger windows would be no faster, and each of their requests would wait for all.
    /// </summary>
    private readonly long windowBytes = BytesOfToken * (long)loaded.Encoder.MicroBatchTokens;

    private readonly int[] room = new int[loaded.Encoder.MaxTextTokens];
    private (TextClassification Classification, HeadSet Heads, object? Anomalies, long Made)? current;

    /// <inheritdoc/>
    public Task<ClassifyView> Score(IReadOnlyList<string> texts, CancellationToken stop)
    {
        if (heads.Current.Heads.IsEmpty)
            throw new RefusedRequestException(503, "no-heads", "there are no heads yet: publish some first");
        var job = new ScoreJob([.. texts.Select(Encoding.UTF8.GetBytes)]);
        if (!waiting.TryAdd(job))
            throw new RefusedRequestException(503, "busy", "too many requests are waiting: try again in a moment");
        return job.Done.Task.WaitAsync(stop);
    }

    /// <summary>Runs until stopped; give it a thread of its own.</summary>
    /// <param name="idle">Uses the encoder while no request waits; returns whether there is more to do.</param>
    public void Run(Func<bool> idle, CancellationToken stop)
    {
        var patience = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            if (!TryTake(patience, stop, out var job))
            {
                patience = idle() ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
                continue;
            }
            List<ScoreJob> jobs = [job];
            for (var bytes = job.Bytes; bytes < windowBytes && waiting.TryTake(out var more); bytes += more.Bytes)
                jobs.Add(more);
            Score(jobs);
        }
        while (waiting.TryTake(out var left))
            left.Done.TrySetCanceled(CancellationToken.None);
    }

    public void Dispose() => waiting.Dispose();

    private bool TryTake(TimeSpan patience, CancellationToken stop, out ScoreJob job)
    {
        try
        {
            return waiting.TryTake(out job!, (int)patience.TotalMilliseconds, stop);
        }
        catch (OperationCanceledException)
        {
            job = null!;
            return false;
        }
    }

    private void Score(List<ScoreJob> jobs)
    {
        using var step = heartbeat.Enter("classifying texts of requests", LongestWindow);
        try
        {
            var window = new List<TokenizedText>();
            foreach (var text in jobs.SelectMany(job => job.Texts))
            {
                var count = loaded.Tokenizer.Encode(text, room, out var truncated);
                window.Add(new TokenizedText(window.Count + 1, null, room[..count], truncated));
            }
            var (classification, set) = Classification();
            var results = new ScoredTextView?[window.Count];
            classification.Classify(window, new Collected(results, set), _ => { });
            var from = 0;
            foreach (var job in jobs)
            {
                var mine = results[from..(from + job.Texts.Length)];
                from += job.Texts.Length;
                var failed = Array.FindIndex(mine, result => result is null);
                if (failed >= 0)
                    job.Done.TrySetException(new RefusedRequestException(
                        400, "encoder-failed", $"the encoder fails on text {failed + 1} of the request"));
                else
                    job.Done.TrySetResult(new ClassifyView(loaded.Encoder.Hash, mine!));
            }
        }
        catch (Exception broken)
        {
            foreach (var job in jobs)
                job.Done.TrySetException(broken);
        }
    }

    private (TextClassification Classification, HeadSet Heads) Classification()
    {
        if (current is { } known && ReferenceEquals(known.Heads, heads.Current)
            && ReferenceEquals(known.Anomalies, anomalies.Current) && clock.GetElapsedTime(known.Made) < HeadsLast)
            return (known.Classification, known.Heads);
        var (set, reference) = (heads.Current, anomalies.Current);
        var made = new TextClassification(loaded, set, reference, "request", clock);
        current = (made, set, reference, clock.GetTimestamp());
        return (made, set);
    }

    private sealed record ScoreJob(byte[][] Texts)
    {
        public long Bytes { get; } = Texts.Sum(text => (long)text.Length);

        public TaskCompletionSource<ClassifyView> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Results by the rows of their texts.</summary>
    private sealed class Collected(ScoredTextView?[] results, HeadSet heads) : IResultOutput
    {
        public void Write(
            string? text, in MessageResult result, HeadSet set, ReadOnlySpan<float> probabilities,
            ReadOnlySpan<LabelDecision> decisions)
        {
            var labels = new ScoredLabelView[probabilities.Length];
            for (var i = 0; i < labels.Length; i++)
            {
                var head = heads.Heads[i];
                labels[i] = new ScoredLabelView(
                    head.Label, Math.Round(probabilities[i], 6), DecisionNames.Of(decisions[i].Decision),
                    DecisionNames.Of(decisions[i].Confidence), head.Version);
            }
            results[result.Source.Offset - 1] = new ScoredTextView(
                result.Tokens, result.Chunks, result.Truncated, DecisionNames.Of(result.Review.Score.Decision),
                result.Outcome.Top < 0 ? null : heads.Heads[result.Outcome.Top].Label, result.Outcome.Uncertain,
                float.IsNaN(result.AnomalyP) ? null : Math.Round(result.AnomalyP, 6), labels);
        }

        public void Flush()
        {
        }
    }
}
