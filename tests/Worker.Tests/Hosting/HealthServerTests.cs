using System.Net;
using System.Net.Sockets;
using Worker.Hosting;
using Worker.Terminal;

namespace Worker.Tests.Hosting;

public class HealthServerTests
{
    [Fact]
    public async Task Ping_answers_always_and_ready_says_what_is_waited_for()
    {
        var port = FreePort();
        var health = new WorkerHealth();
        await using var server = new HealthServer(new HealthSection { Port = port }, health);
        await server.StartAsync(CancellationToken.None);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/ping")).StatusCode);

        health.Waiting("for Kafka");
        var waiting = await client.GetAsync("/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, waiting.StatusCode);
        Assert.Contains("for Kafka", await waiting.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        health.Ready();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/ready")).StatusCode);
        await server.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_problem_of_the_configuration()
    {
        using var taken = new TcpListener(IPAddress.Any, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var server = new HealthServer(new HealthSection { Port = port }, new WorkerHealth());
        var error = await Assert.ThrowsAsync<UserError>(() => server.StartAsync(CancellationToken.None));
        Assert.Equal(ExitCode.Configuration, error.Code);
        Assert.Contains($"{port}", error.Message, StringComparison.Ordinal);
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
