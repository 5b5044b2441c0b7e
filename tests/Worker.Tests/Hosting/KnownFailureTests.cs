using System.Net;
using System.Net.Sockets;
using Worker.Learning.Saving;

namespace Worker.Tests.Hosting;

/// <summary>The executable, with problems that a person can fix: one clear line, and nothing about the code.</summary>
public sealed class KnownFailureTests(TinyModel model)
{
    [Theory]
    [InlineData("port", 78, "Health:Port")]
    [InlineData("damaged", 1, "heads.jsonl")]
    [InlineData("foreign", 1, "encoder")]
    public void A_failed_start_is_one_line_without_a_stack(string fault, int code, string names)
    {
        using var folder = Repository.Temporary();
        using var taken = new TcpListener(IPAddress.Any, 0);
        taken.Start();
        var head = model.Head("a");
        HeadFile.Write(
            folder.File("heads.jsonl"), [fault == "foreign" ? head with { Encoder = new string('0', 64) } : head]);
        if (fault == "damaged")
            File.AppendAllText(folder.File("heads.jsonl"), "{\"label\": ");
        var port = fault == "port" ? ((IPEndPoint)taken.LocalEndpoint).Port : 0;
        var (ended, output, errors) =
            WorkerProcess.Run("", "run", "--Kafka:BootstrapServers=127.0.0.1:9", $"--Encoder:Bundle={model.Bundle}",
            "--Encoder:Device=cpu", "--Heads:Source=File", $"--Heads:File={folder.File("heads.jsonl")}",
            $"--Health:Port={port}");
        Assert.Equal(code, ended);
        Assert.Contains(names, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        foreach (var ofTheCode in (string[])["   at ", ".cs:line", "Exception", "fail:", "crit:"])
            Assert.DoesNotContain(ofTheCode, output + errors, StringComparison.Ordinal);
    }
}
