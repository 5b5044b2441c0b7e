using System.Text;
using Worker.Reports.Figures;

namespace Worker.Learning.Tests.Figures;

/// <summary>Files of figures stay the same, byte for byte, because others read them.</summary>
public class FiguresJsonTests
{
    [Fact]
    public void An_evaluation_is_written_as_ever() => AssertFile(
        "evaluation.json", stream => EvaluationJson.Write(stream, Made.Evaluation, Made.Anomaly, Made.Detail));

    [Fact]
    public void An_evaluation_without_details_is_written_as_ever() => AssertFile(
        "evaluation-plain.json", stream => EvaluationJson.Write(stream, Made.Evaluation));

    [Fact]
    public void Figures_of_an_anomaly_reference_alone_are_written_as_ever() => AssertFile(
        "anomaly.json", stream => EvaluationJson.Write(stream, Made.Anomaly));

    [Fact]
    public void An_experiment_is_written_as_ever() => AssertFile(
        "experiment.json", stream => ExperimentJson.Write(stream, Made.Experiment));

    private static void AssertFile(string name, Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        var golden = File.ReadAllText(Repository.Golden("figures", name), Encoding.UTF8);
        Assert.Equal(golden.TrimEnd('\n'), Encoding.UTF8.GetString(stream.ToArray()));
    }
}
