using System.Diagnostics;

namespace Worker.Review.Tests.Page;

/// <summary>How long it takes from a key to the next question on the screen.</summary>
public class PaintTimeTests(Chromium chromium, ITestOutputHelper output)
{
    // From the event's own time to the first task after the frame that shows the change.
    private const string Watch =
        """
        window.times = [];
        window.missing = 0;
        addEventListener('keydown', event => {
          const before = document.getElementById('text').textContent;
          requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => {
              window.times.push(performance.now() - event.timeStamp);
              const text = document.getElementById('text');
              if (text.offsetParent === null || text.textContent === before)
                window.missing++;
            };
            channel.port2.postMessage(null);
          });
        }, { capture: true });
        """;

    /// <summary>
    /// The bound is 50 ms on an idle machine; tests share theirs, so this one only holds what no load explains. Set
    /// WORKER_MEASURE=200 for the figures, and WORKER_THINK=2500 for somebody who thinks for 2.5 s about each question.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public async Task The_next_question_is_painted_without_waiting_for_the_network(int delayMs)
    {
        var answers = int.Parse(Environment.GetEnvironmentVariable("WORKER_MEASURE") ?? "30", null);
        var thinking = TimeSpan.FromMilliseconds(
            int.Parse(Environment.GetEnvironmentVariable("WORKER_THINK") ?? "120", null));
        await using var review = await RunningReview.Start();
        review.Ask(answers + 20);
        await using var window = await chromium.Open(review);
        await window.Question();
        await window.Page.RouteAsync("**/api/v1/**", async route =>
        {
            await Task.Delay(delayMs);
            await route.ContinueAsync();
        });
        await window.Page.EvaluateAsync(Watch);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < answers; i++)
        {
            var before = await window.Question();
            await Task.Delay(thinking);
            await window.Press(i % 3 == 0 ? "y" : "n");
            await window.Page.WaitForFunctionAsync(
                "before => document.getElementById('text').textContent !== before", before);
        }
        var took = Stopwatch.GetElapsedTime(started);
        await window.Sent(answers);
        var times = (await window.Page.EvaluateAsync<double[]>("window.times")).Order().ToArray();
        output.WriteLine($"API {delayMs} ms slow, {times.Length} answers: p50 {times[times.Length / 2]:0.0} ms, p95 " +
            $"{times[(int)(times.Length * 0.95)]:0.0} ms, longest {times[^1]:0.0} ms; " +
            $"{answers / took.TotalHours:N0} answers an hour, {took / (answers * thinking) - 1:P1} beside thinking " +
            $"for {thinking.TotalSeconds} s each");
        Assert.Equal((answers, 0), (times.Length, await window.Page.EvaluateAsync<int>("window.missing")));
        Assert.InRange(times[times.Length / 2], 0, 250);
        window.IsWell();
    }
}
