using System.Net;
using System.Net.Sockets;

namespace Worker.Diagnosing;

/// <summary>Whether the port of probes and metrics can be listened on.</summary>
internal static class PortCheck
{
    private const string Name = "health port";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<Finding> Of(int port)
    {
        if (port == 0)
            return Finding.Ok(Name, "none (Health:Port is 0)");
        try
        {
            // As the worker does: on every address, both families.
            using var listener = new TcpListener(IPAddress.IPv6Any, port);
            listener.Server.DualMode = true;
            listener.Start();
            return Finding.Ok(Name, $"{port} is free");
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressFamilyNotSupported)
        {
            return Finding.Unknown(Name, $"cannot tell whether {port} is free on a machine without IPv6");
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
        {
            return Finding.Failed(
                Name, $"this user may not listen on {port}", "choose a Health:Port of 1024 or more, or 0 for none");
        }
        catch (SocketException)
        {
            return await IsWorker(port)
                ? Finding.Warning(
                    Name, $"a worker already answers on {port}",
                    "nothing, if it is this worker; a second worker on this machine needs its own Health:Port")
                : Finding.Failed(
                    Name, $"{port} is in use by another program", "choose another Health:Port, or 0 for none");
        }
    }

    private static async Task<bool> IsWorker(int port)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            return (await client.GetAsync(new Uri($"http://localhost:{port}/ping"))).IsSuccessStatusCode;
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
