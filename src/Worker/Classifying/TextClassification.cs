using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Anomaly;
using Worker.Core.Decisions;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Core.Messages;
using Worker.Core.Results;
using Worker.Core.Windows;
using Worker.Encoders;
using Worker.Heads;
using Worker.Hosting;
using Worker.Pipeline;

namespace Worker.Classifying;

/// <summary>What writes the results of texts.</summary>
internal interface IResultOutput
{
    /// <summary>Writes one.</summary>
    /// <param name="text">Null if it is not shown.</param>
    void Write(string? text, in MessageResult result, HeadSet heads,
        ReadOnlySpan<float> probabilities, ReadOnlySpan<LabelDecision> decisions);

    /// <summary>Called after a window is written.</summary>
    void Flush();
}

/// <summary>
/// Classifies texts of a file or a pipe as the worker classifies messages, with the same windows, scores and decisions.
/// A window holds what was read while the window before was computed. One caller at a time.
/// </summary>
internal sealed class TextClassification
{
    private const int LargestWindow = 4096;

    // Long enough to find texts of similar length, short enough that a reader of a pipe sees results every few seconds.
    private static readonly TimeSpan Target = TimeSpan.FromSeconds(2);

    private readonly WindowClassifier classifier;
    private readonly HeadSet heads;
    private readonly Chunking? chunking;
    private readonly DecisionBands bands;
    private readonly ReviewOptions review = new();
    private readonly TimeProvider clock;
    private readonly string source;
    private readonly LabelDecision[] decisions;

    /// <param name="heads">Laid out for the encoder.</param>
    /// <param name="reference">To recognise texts unlike any known text; null for none.</param>
    /// <param name="source">What results call the file.</param>
    public TextClassification(
        LoadedEncoder loaded, HeadSet heads, AnomalyReference? reference, string source, TimeProvider clock)
    {
        this.heads = heads;
        this.source = source;
        this.clock = clock;
        var anomalies = new AnomalyRegistry(loaded.Encoder.Hash, loaded.Encoder.Features, NullLogger.Instance);
        if (reference is not null)
            anomalies.Use(reference);
        chunking = loaded.Encoder.Chunking;
        classifier = new WindowClassifier(loaded.Encoder, new WindowOptions().MicroBatch(loaded.Encoder), anomalies);
        bands = new DecisionBands(heads.Heads, new DecisionOptions(), clock.GetUtcNow());
        decisions = new LabelDecision[heads.Heads.Length];
    }

    /// <summary>How many texts may be read ahead.</summary>
    public const int Ahead = 2 * LargestWindow;

    /// <summary>Classifies texts until there are no more.</summary>
    /// <param name="failed">Called for each text on which the encoder failed.</param>
    /// <returns>How many were classified.</returns>
    /// <exception cref="Exception">The device is broken, or the rest cannot be read or written.</exception>
    public long Run(TextReadAhead texts, IResultOutput output, Action<string> failed, CancellationToken stop)
    {
        var size = WindowSize.OfMessages(LargestWindow, Target);
        var window = new List<TokenizedText>();
        var count = 0L;
        while (true)
        {
            texts.Take((int)size.Next, window, stop);
            if (window.Count == 0)
                return count;
            var started = Stopwatch.GetTimestamp();
            count += Classify(window, output, failed);
            size.Learn(window.Count, Stopwatch.GetElapsedTime(started));
        }
    }

    /// <summary>Classifies texts; returns how many did not fail.</summary>
    /// <inheritdoc cref="Run"/>
    public int Classify(List<TokenizedText> window, IResultOutput output, Action<string> failed)
    {
        using var tokens = new TokenWindow(window.Count);
        foreach (var text in window)
        {
            text.Ids.CopyTo(tokens.Room(text.Ids.Length));
            tokens.Add(text.Ids.Length);
        }
        var failures = new Failure?[window.Count];
        var scores = classifier.Score(tokens, failures, heads);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < window.Count; i++)
        {
            if (failures[i] is { } failure)
                failed($"{source}, row {window[i].Row}: {failure.Reason}");
            else
                Write(
                    window[i], now, Row(scores.Probabilities, i), scores.AnomalyPs?[i] ?? float.NaN, output);
        }
        output.Flush();
        scores.Return();
        return window.Count - failures.Count(failure => failure is not null);
    }

    private ReadOnlySpan<float> Row(float[] probabilities, int text) =>
        probabilities.AsSpan(text * decisions.Length, decisions.Length);

    private void Write(
        TokenizedText text, long now, ReadOnlySpan<float> probabilities, float anomalyP, IResultOutput output)
    {
        var position = new SourcePosition(source, 0, text.Row);
        var chunks = chunking?.Count(text.Ids.Length) ?? 1;
        var outcome = bands.Decide(probabilities, decisions, chunking?.Certifies(chunks) ?? true);
        var risk = RiskScoring.Of(
            new ReviewCandidate
            {
                Source = position,
                Bands = bands,
                Probabilities = probabilities,
                Labels = decisions,
                Outcome = outcome,
                Tokens = text.Ids,
                AnomalyP = anomalyP,
            },
            review);
        // Nobody is asked about texts of a file: there is no review topic.
        var verdict = new ReviewVerdict(ReviewState.None, risk);
        var result = new MessageResult(position, now, text.Ids.Length, text.Truncated, anomalyP, outcome, verdict)
        {
            Chunks = chunks,
        };
        output.Write(text.Text, result, heads, probabilities, decisions);
    }
}
