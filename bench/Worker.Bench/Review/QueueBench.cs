using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Worker.Commands;
using Worker.Core.Messages;
using Worker.Core.Questions;
using Worker.Encoders;
using Worker.Terminal;

namespace Worker.Bench.Review;

/// <summary>The next questions and an answer, over HTTP, from a short queue and from a very long one.</summary>
internal static class QueueBench
{
    private const int Short = 1000;
    private const int BatchItems = 5000;

    public static Command Create()
    {
        var model = new ModelOptions();
        var questions = CheckedOptions.Number(
            "--questions", "Questions in the long queue", 1_000_000, new NumberRange<int>(Short, 10_000_000));
        var answers = CheckedOptions.Number("--answers", "Answers to each", 500, new NumberRange<int>(10, 900));
        var postgres = new Option<string?>("--postgres")
        {
            Description = "Connection string of an empty Postgres database for the long queue; SQLite without it",
        };
        var command = new Command("queue", "Lease and answer, from a long queue against a short one")
        {
            questions, answers, postgres,
        };
        model.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            using var loaded = LoadedEncoder.Open(model.Section(parsed, folder.Bundle));
            await using var few = new ReviewBed(loaded, []);
            await using var many = new ReviewBed(loaded, [], parsed.GetValue(postgres));
            Console.WriteLine($"{Short:N0} questions: {Fill(few, Short):N0} a second into the store");
            var count = parsed.GetValue(questions);
            Console.WriteLine($"{count:N0} questions: {Fill(many, count):N0} a second into the store");
            await few.Start(stop);
            await many.Start(stop);
            // In turn, so that what else the machine does meets both.
            var (a, b) = (new Calls(few), new Calls(many));
            for (var i = 0; i < parsed.GetValue(answers); i++)
            {
                await a.One(stop);
                await b.One(stop);
            }
            Console.WriteLine($"of {Short:N0}\n{a}\nof {count:N0}\n{b}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Questions a second.</summary>
    private static double Fill(ReviewBed bed, int count)
    {
        var watch = Stopwatch.StartNew();
        foreach (var batch in Enumerable.Range(0, count).Select(Item).Chunk(BatchItems))
            bed.Store.Intake.Record(batch, []);
        return count / watch.Elapsed.TotalSeconds;
    }

    private static ReviewItem Item(int number) => new()
    {
        Source = new SourcePosition("messages", number % 12, number / 12),
        At = DateTimeOffset.FromUnixTimeMilliseconds(1763700000000 + number),
        Text = string.Create(
            CultureInfo.InvariantCulture, $"message {number}: please tell me where the parcel of last week is"),
        // In no order.
        Risk = number * 0.6180339887 % 1,
        Reasons = [new ItemReason("uncertain", "refund", 0.8)],
        Labels =
        [
            new ItemLabel("refund", 0.41, "no", "uncertain", 3), new ItemLabel("angry", 0.2, "no", "likely", 1),
        ],
    };

    /// <summary>What a page does for each question.</summary>
    private sealed class Calls(ReviewBed bed)
    {
        private readonly Latencies leases = new();
        private readonly Latencies answers = new();

        public async Task One(CancellationToken stop)
        {
            var started = Stopwatch.GetTimestamp();
            var lease = await bed.Post("/api/v1/lease", new { seat = "bench", count = 10 }, stop);
            leases.Add(Stopwatch.GetElapsedTime(started));
            JsonElement next = lease.GetProperty("items")[0];
            started = Stopwatch.GetTimestamp();
            await bed.Post($"/api/v1/items/{next.GetProperty("id").GetInt64()}/answer",
                new { seat = "bench", labels = new { refund = "yes" } }, stop);
            answers.Add(Stopwatch.GetElapsedTime(started));
        }

        public override string ToString() => $"  lease:  {leases}\n  answer: {answers}";
    }
}
