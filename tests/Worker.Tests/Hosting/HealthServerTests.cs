using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Worker.Core.Health;
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
        await using var server = Server(new HealthSection { Port = port }, health);
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
    public async Task Ping_fails_while_a_stage_is_stuck_and_says_which()
    {
        var (port, health, clock) = (FreePort(), new WorkerHealth(), new FakeTimeProvider());
        await using var server = Server(new HealthSection { Port = port, StuckSeconds = 60 }, health);
        await server.StartAsync(CancellationToken.None);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var (read, publish) = (new Heartbeat("read", clock), new Heartbeat("publish", clock));
        health.Watch([read, publish]);
        using (publish.Enter("inside the client library (Commit)", TimeSpan.FromSeconds(10)))
        {
            clock.Advance(TimeSpan.FromSeconds(70));
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/ping")).StatusCode);
            clock.Advance(TimeSpan.FromSeconds(1));
            var stuck = await client.GetAsync("/ping");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, stuck.StatusCode);
            Assert.Equal(
                "stuck: stage 'publish' has been inside the client library (Commit) for 71 s, which should take 10 s " +
                "at most\n",
                await stuck.Content.ReadAsStringAsync());
        }
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/ping")).StatusCode);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_problem_of_the_configuration()
    {
        using var taken = new TcpListener(IPAddress.Any, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var server = Server(new HealthSection { Port = port }, new WorkerHealth());
        var error = await Assert.ThrowsAsync<UserError>(() => server.StartAsync(CancellationToken.None));
        Assert.Equal(ExitCode.Configuration, error.Code);
        Assert.Contains($"{port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_two_roles_either_can_be_stuck_and_the_first_says_whether_it_is_ready()
    {
        var (port, classifier, learner, clock) = (FreePort(), new WorkerHealth(), new WorkerHealth(),
            new FakeTimeProvider());
        await using var server = Server(new HealthSection { Port = port, StuckSeconds = 60 }, classifier, learner);
        await server.StartAsync(CancellationToken.None);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        classifier.Ready();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/ready")).StatusCode);
        var learning = new Heartbeat("learn", clock);
        learner.Watch([learning]);
        using (learning.Enter("training", TimeSpan.FromMinutes(15)))
        {
            clock.Advance(TimeSpan.FromMinutes(15));
            learning.Beat();
            clock.Advance(TimeSpan.FromMinutes(15));
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/ping")).StatusCode);
            clock.Advance(TimeSpan.FromMinutes(2));
            var stuck = await client.GetAsync("/ping");
            Assert.Contains(
                "stage 'learn' has been training for 1020 s", await stuck.Content.ReadAsStringAsync(),
                StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/ping")).StatusCode);
    }

    private static HealthServer Server(HealthSection options, params WorkerHealth[] roles) =>
        new(options, roles, NullLogger<HealthServer>.Instance);

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
