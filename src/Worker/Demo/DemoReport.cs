using Spectre.Console;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learner;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;
using Worker.Pipeline;
using Worker.Terminal;
using static Worker.Terminal.TextColumns;

namespace Worker.Demo;

/// <summary>What the demo prints; 80 columns, on a terminal and piped alike.</summary>
internal sealed class DemoReport
{
    private readonly IAnsiConsole console = AnsiConsole.Console;

    public DemoReport() => console.Profile.Width = 80;

    public void Encoder(LoadedEncoder loaded) =>
        Say($"Encoder    {loaded.Bundle.Architecture} on {loaded.Encoder.Description}");

    public void Trained(int heads, int examples, TimeSpan took) =>
        Say($"Trained    {heads} heads on {examples} labelled messages in {took.TotalSeconds:F1} s, calibrated");

    public void Ready(TimeSpan took) =>
        Say($"Ready      first result {took.TotalSeconds:F1} s after the worker's start (load, check, join)");

    public void Streaming(int? messages, int texts, int heads, string data)
    {
        Say($"Streaming  {(messages is { } asked ? $"{asked:N0} messages" : "for about half a minute")} through the " +
            $"embedded broker, {heads} heads on each");
        Say($"           ({texts:N0} texts of {data}, over and over)");
    }

    public string Swapped((TimeSpan Took, int Result) swap, Head late) =>
        $"New head   '{late.Label}' ({late.Training!.Positives} examples) is in result {swap.Result + 1:N0}, " +
        $"{swap.Took.TotalMilliseconds:F0} ms after publishing";

    /// <param name="before">Totals when the stream began.</param>
    public void Finished(TimeSpan took, PipelineTotals before, PipelineTotals totals, ResultsWatcher watcher)
    {
        var (messages, tokens) = (totals.Messages - before.Messages, totals.Tokens - before.Tokens);
        Say($"Throughput {messages / took.TotalSeconds:N0} messages/s, {tokens / took.TotalSeconds:N0} tokens/s " +
            $"({messages:N0} messages in {took.TotalSeconds:F1} s)");
        Say($"Windows    {totals.Windows - before.Windows:N0}, " +
            $"{(double)messages / (totals.Windows - before.Windows):N0} messages each; device busy " +
            $"{(totals.Classifying - before.Classifying) / took:P0} of the time");
        lock (watcher.Gate)
            Say($"Latency    {Quantiles(watcher.Results.Select(r => r.Latency))} under full load");
    }

    public void Latency(ResultsWatcher watcher, int last)
    {
        lock (watcher.Gate)
            Say($"           {Quantiles(watcher.Results.TakeLast(last).Select(r => r.Latency))} for a single message");
    }

    public void Labels(HeadSet heads, ResultsWatcher watcher, IReadOnlyList<string> texts)
    {
        lock (watcher.Gate)
        {
            var found = watcher.Results.SelectMany(r => r.Yes).CountBy(label => label)
                .ToDictionary(StringComparer.Ordinal);
            var counts = heads.Heads.Select(head => (head.Label, Yes: found.GetValueOrDefault(head.Label))).ToList();
            var maximum = Math.Max(1, counts.Max(c => c.Yes));
            Heading("Labels found");
            foreach (var (label, yes) in counts.OrderByDescending(c => c.Yes))
            {
                var bar = new string('#', (int)Math.Ceiling(40.0 * yes / maximum));
                Say($"  {Padded(Fitted(label, 22), 22)} {yes,7:N0}  {bar}");
            }
            Messages(heads, watcher, texts);
        }
    }

    /// <summary>How the results compare with the true labels; the end of the demo.</summary>
    public EvaluatedTexts Truth(HeadSet heads, ResultsWatcher watcher, DataSet test)
    {
        Heading("Compared with the true labels (each test message once, with all heads)");
        lock (watcher.Gate)
        {
            var last = LastComplete(watcher, heads);
            var rows = last.Keys.Order().ToList();
            var probabilities = rows.SelectMany(row => heads.Heads.Select(head => last[row].Probabilities[head.Label]))
                .ToArray();
            var answers = test.WithLabels([.. heads.Heads.Select(h => h.Label)]).Answers;
            var kept = new AnswerMatrix(
                rows.Count, heads.Heads.Length, [.. rows.SelectMany(row => answers.Row(row).ToArray())]);
            ClassificationReport.Write(Console.Out, Evaluator.Evaluate(heads.Heads, probabilities, kept));
            return new EvaluatedTexts(
                heads.Heads, [.. rows.Select(row => test.Texts[row])], null, probabilities, probabilities, kept);
        }
    }

    /// <summary>
    /// What was decided and how sure that is; and how often it is right, if the true labels are known.
    /// </summary>
    public void Decisions(HeadSet heads, ResultsWatcher watcher, EvaluatedTexts? truth)
    {
        lock (watcher.Gate)
        {
            var all = watcher.Results;
            int Count(string decision) => all.Count(r => r.Decision == decision);
            Heading($"Decided: {all.Count:N0} messages, {Count("yes"):N0} yes, {Count("no"):N0} no, " +
                $"{Count("other"):N0} other (unlike anything known)");
            Say($"  {all.Count(r => r.Uncertain == 0):N0} have no uncertain label; the others " +
                $"{Mean(all.Where(r => r.Uncertain > 0)):F1} of {heads.Heads.Length} on average");
        }
        foreach (var line in CertificateSummary.Lines(heads.Heads))
            Say("  " + line);
        if (truth is null)
            return;
        Heading("How often each confidence is right (each test message once)");
        foreach (var line in ConfidenceReport.Lines(ConfidenceFigures.Of(truth)))
            Say("  " + line);
    }

    public void Reviews(ResultsWatcher watcher, IReadOnlyList<string> texts)
    {
        lock (watcher.Gate)
        {
            int State(string state) => watcher.Results.Count(r => r.Review == state);
            Heading($"To people: {watcher.Reviews.Count:N0} questions; {State("shared"):N0} messages share one of " +
                $"them, {State("deferred"):N0} wait for a larger budget");
            var reasons = watcher.Reviews.SelectMany(
                r => r.Reasons.Select(reason => reason.Reason).Distinct(StringComparer.Ordinal)).CountBy(reason =>
                    reason).OrderByDescending(r => r.Value);
            Say($"  reasons: {string.Join(", ", reasons.Select(r => $"{r.Key} {r.Value:N0}"))}");
            foreach (var question in watcher.Reviews.DistinctBy(r => r.Key).OrderByDescending(r => r.Risk).Take(6))
            {
                var reason = Fitted($"{question.Reasons[0].Label}? {question.Reasons[0].Reason}", 26);
                Say($"  {Padded(reason, 26)} {Fitted(texts[question.Key], 50)}");
            }
        }
    }

    /// <summary>What the answers to its own questions did.</summary>
    /// <param name="truth">Texts of the stream with their answers.</param>
    public void Loop(LoopOutcome loop, DataSet truth)
    {
        var answers = truth.WithLabels([loop.Label]).Answers;
        Heading("The loop: answers to its own questions, a better head, no restart");
        Say($"  '{loop.Label}' begins again, with a head made of {loop.Known} answered texts");
        Say($"  {loop.Questions.Count} of its questions are answered, {loop.Yes} of them yes");
        if (loop.Head is not { } head)
        {
            Say("  no head could be made of them");
            return;
        }
        var words = VerdictRecord.Parse(head.Verdict).Sentence.Split(' ');
        foreach (var line in Wrapped($"  v{head.Version} after {loop.Took.TotalSeconds:F1} s: ", words, 4, " "))
            Say(line);
        Say($"  F1 on the {truth.Texts.Count - loop.Questions.Count} texts that nobody was asked about: " +
            $"{F1(loop.Before):F2} before, {F1(loop.After):F2} now");

        double F1(IEnumerable<SeenResult> results)
        {
            var decided = results.Where(result => !loop.Questions.Contains(result.Key))
                .Select(result => (Yes: result.Yes.Contains(loop.Label, StringComparer.Ordinal),
                    Answer: answers[result.Key, 0] == AnswerMatrix.Yes)).ToList();
            return Confusion.Of(
                [.. decided.Select(one => one.Yes ? 1.0 : 0)], [.. decided.Select(one => one.Answer)], 0.5).F1;
        }
    }

    /// <summary>Whether every message has exactly one result.</summary>
    public int Verdict(ResultsWatcher watcher, int published)
    {
        lock (watcher.Gate)
        {
            Heading("Delivery");
            Say($"  {published:N0} messages in, {watcher.Distinct:N0} distinct in the results, " +
                $"{watcher.Results.Count - watcher.Distinct:N0} twice, {watcher.DeadLetters:N0} dead letters");
            var all = watcher.Distinct == published && watcher.Results.Count == published;
            if (!all)
                Console.Error.WriteLine("error: messages and results do not match; please report this");
            return all ? ExitCode.Done : ExitCode.Failed;
        }
    }

    private static Dictionary<int, SeenResult> LastComplete(ResultsWatcher watcher, HeadSet heads) => watcher.Results
        .Where(result => result.Probabilities.Count == heads.Heads.Length)
        .GroupBy(result => result.Key)
        .ToDictionary(group => group.Key, group => group.Last());

    private void Messages(HeadSet heads, ResultsWatcher watcher, IReadOnlyList<string> texts)
    {
        var last = LastComplete(watcher, heads).Values.Select(result => (Result: result,
            Yes: result.Yes.Select(label => (Key: label, Value: result.Probabilities[label]))
                .OrderByDescending(p => p.Value).ToList())).ToList();
        // The messages with the most labels, one for each leading label, so that the table shows the whole range.
        var chosen = last.Where(m => m.Yes.Count > 0).OrderByDescending(m => m.Yes.Count).DistinctBy(m => m.Yes[0].Key)
            .Take(10);
        var table = new Table { Border = TableBorder.Ascii, Width = 80 };
        table.AddColumn(new TableColumn("message") { Width = 42 }).AddColumn("labels (probability)");
        foreach (var (result, yes) in chosen)
        {
            var labels = string.Join(", ", yes.Take(4).Select(p => $"{p.Key} {p.Value:F2}"));
            table.AddRow(Markup.Escape(Fitted(texts[result.Key], 84)), Markup.Escape(labels));
        }
        Heading("Some messages");
        console.Write(table);
    }

    private static double Mean(IEnumerable<SeenResult> results) =>
        results.Select(r => (double)r.Uncertain).DefaultIfEmpty(0).Average();

    private static string Quantiles(IEnumerable<TimeSpan> latencies)
    {
        var sorted = latencies.Order().ToList();
        return $"p50 {sorted[sorted.Count / 2].TotalMilliseconds:N0} ms, p99 " +
            $"{sorted[(int)(sorted.Count * 0.99)].TotalMilliseconds:N0} ms";
    }

    private static void Heading(string text) => Console.WriteLine($"\n{text}");

    private static void Say(string text) => Console.WriteLine(text);
}
