using System.Security.Cryptography;
using System.Text;

namespace Worker.Store.Examples;

/// <summary>What tells texts apart: 192 bits of the SHA-256 of their UTF-8, in base64.</summary>
internal static class TextKey
{
    private const int Bytes = 24;

    public static string Of(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return Convert.ToBase64String(hash[..Bytes]);
    }
}
