using Worker.Faults.Tests.Cluster;
using Worker.Faults.Tests.Reporting;

namespace Worker.Faults.Tests;

/// <summary>The short form of the fault suite; <c>eng/faults</c> is the long one.</summary>
public class FaultRunTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Category", "faults")]
    public async Task Nothing_is_missing_doubled_or_out_of_order_through_every_fault()
    {
        Repository.Shared("kafka", "kafka");
        Assert.NotNull(KafkaCluster.Script);
        var folder = Directory.CreateTempSubdirectory("worker-faults-").FullName;
        var seed = Random.Shared.Next(1_000_000);
        output.WriteLine($"seed {seed}; logs in {folder}");

        var report = await new FaultRun(
            new FaultOptions
            {
                Length = TimeSpan.FromSeconds(45),
                Seed = seed,
                Workers = 3,
                Folder = folder,
            }, output.WriteLine)
            .Run(TestContext.Current.CancellationToken);

        ReportFiles.Write(report);
        var text = ReportText.Of(report);
        output.WriteLine(text);
        Assert.True(report.Passed, text);
        Directory.Delete(folder, recursive: true);
    }
}
