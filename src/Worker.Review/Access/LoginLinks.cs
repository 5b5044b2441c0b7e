using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Worker.Review.Access;

/// <summary>
/// Tokens of links that open the page once, on this machine. Only what reads the log can open the page. Any thread.
/// </summary>
internal sealed class LoginLinks
{
    private const int TokenBytes = 32;
    private readonly Lock gate = new();
    private byte[]? current;

    /// <summary>A new token; the one before, if nobody used it, does not count any more.</summary>
    public string Next()
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        lock (gate)
            current = Encoding.UTF8.GetBytes(token);
        return token;
    }

    /// <summary>Whether a token is the last one, and was not used before.</summary>
    public bool Use(string token)
    {
        lock (gate)
        {
            if (current is null || !CryptographicOperations.FixedTimeEquals(current, Encoding.UTF8.GetBytes(token)))
                return false;
            current = null;
            return true;
        }
    }
}
