using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Worker.Tests.Security;

/// <summary>
/// An OAuth 2 token endpoint (client credentials, RFC 6749 4.4) that hands out unsigned tokens (RFC 7515, alg none).
/// </summary>
internal sealed class TokenEndpoint : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string subject;
    private readonly string expected;
    private int granted;

    public TokenEndpoint(string subject, string clientSecret)
    {
        this.subject = subject;
        expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"worker:{clientSecret}"));
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/token");
        listener.Prefixes.Add(Url + "/");
        listener.Start();
        _ = Serve();
    }

    public string Url { get; }

    public int Granted => Volatile.Read(ref granted);

    public void Dispose() => listener.Close();

    private async Task Serve()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var right = context.Request.Headers["Authorization"] == expected;
            if (right)
                Interlocked.Increment(ref granted);
            context.Response.StatusCode = right ? 200 : 401;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(right
                ? $$"""{"access_token": "{{Token()}}", "token_type": "Bearer", "expires_in": 300}"""
                : """{"error": "invalid_client", "error_description": "wrong secret"}"""));
            context.Response.Close();
        }
    }

    private string Token()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = $$"""{"sub":"{{subject}}","iat":{{now}},"exp":{{now + 300}},"scope":"kafka"}""";
        return $"{Part("""{"alg":"none"}""")}.{Part(claims)}.";
    }

    private static string Part(string json) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
