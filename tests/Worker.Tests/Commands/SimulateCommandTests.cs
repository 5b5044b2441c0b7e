using System.Text.Json;
using Worker.Learner;
using Worker.Simulating;
using Worker.Tests.Learner;

namespace Worker.Tests.Commands;

/// <summary>The loop of answers and heads, tried from the command line.</summary>
public class SimulateCommandTests(TinyModel model)
{
    [Theory]
    [InlineData("Bagging", "Bagging made ")]
    [InlineData("Stacking", "Stacking made ")]
    [InlineData(null, null)]
    public void The_method_is_the_simulated_learners(string? method, string? made)
    {
        using var folder = Repository.Temporary();
        File.WriteAllLines(folder.File("data.jsonl"), Enumerable.Range(0, 200).Select(number =>
            JsonSerializer.Serialize(
                new { text = Answers.Text(number), labels = new { refund = Answers.IsYes(number) ? 1 : 0 } })));
        string[] asked = method is null ? [] : ["--method", method];
        var (code, output, errors) = WorkerProcess.Run(
            "",
            [
                "simulate", "--data", folder.File("data.jsonl"), "--model", model.Bundle, "--start", "60",
                "--budget", "40", "--rounds", "1", "--seeds", "1", "--json", folder.File("figures.json"), .. asked,
            ]);
        Assert.True(code == 0, errors);
        using var figures = JsonDocument.Parse(File.ReadAllText(folder.File("figures.json")));
        Assert.Equal(method ?? "Refit", figures.RootElement.GetProperty("method").GetString());
        if (made is null)
            Assert.DoesNotContain("that had one before them", output, StringComparison.Ordinal);
        else
            Assert.Contains($"{made}1 of 1 heads that had one before them\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_simulated_learner_is_set_as_asked_and_else_as_a_learner_is()
    {
        var options = new SimulationOptions { Start = 1, Budget = 1, Rounds = 1, Seeds = 1 };
        Assert.Equal(new LearnSection().Method, options.Learn.Method);
        var learn = (options with { Method = LearningMethod.Stacking, TurnedWrong = 0.3 }).Learn;
        Assert.Equal((LearningMethod.Stacking, 0.3), (learn.Method, learn.TurnedWrong));
    }

    [Fact]
    public void A_method_that_there_is_not_is_refused_with_the_names_of_all()
    {
        var (code, _, errors) = WorkerProcess.Run("", "simulate", "--data", "none", "--method", "Mean");
        Assert.Equal(2, code);
        Assert.Contains(
            "--method Mean: must be one of Refit, Prior, Ensemble, Bagging, Stacking", errors,
            StringComparison.Ordinal);
    }
}
