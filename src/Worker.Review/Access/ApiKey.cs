using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Worker.Core;

namespace Worker.Review.Access;

/// <summary>A setting of the section "Web" is wrong. The message says which and what to write.</summary>
internal sealed class WebSettingException(string message) : UserFacingException(message);

/// <summary>
/// A program's key, as the settings keep it: never the key itself. A key has 256 random bits, so one plain SHA-256
/// keeps it as safe as a slow hash would.
/// </summary>
/// <param name="Name">Who answers with it.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Hash">SHA-256 of its text.</param>
internal sealed record ApiKey(string Name, IReadOnlyList<string> Scopes, byte[] Hash)
{
    private const string Prefix = "worker_";
    private const int KeyBytes = 32;

    private const string Shape =
        "NAME SCOPES SHA256, e.g. 'ci read,answer 9f86d0...': 'worker review key NAME' writes it";

    /// <summary>A line of the settings.</summary>
    /// <exception cref="WebSettingException">It is none.</exception>
    public static ApiKey Parse(string line)
    {
        // Not the line: somebody may have written the key itself.
        if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var name, var scopes, var hash])
            throw new WebSettingException($"Web:ApiKeys: a value has not three parts: write {Shape}");
        var named = scopes.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (named.Length == 0 || named.FirstOrDefault(scope => !Access.Scopes.All.Contains(scope)) is not null)
            throw new WebSettingException(
                $"Web:ApiKeys: the scopes of '{name}' are not some of {string.Join(", ", Access.Scopes.All)}: write " +
                Shape);
        return hash.Length == 2 * SHA256.HashSizeInBytes && hash.All(char.IsAsciiHexDigit)
            ? new ApiKey(name, named, Convert.FromHexString(hash))
            : throw new WebSettingException(
                $"Web:ApiKeys: the hash of '{name}' is not 64 hex digits: write {Shape}");
    }

    /// <summary>A new key, and the line that the settings keep of it.</summary>
    public static (string Key, string Line) Create(string name, IReadOnlyList<string> scopes)
    {
        var key = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        return (key, $"{name} {string.Join(',', scopes)} {Convert.ToHexStringLower(HashOf(key))}");
    }

    /// <summary>Whether this is the key; takes the same time for every wrong one.</summary>
    public bool Is(string key) => CryptographicOperations.FixedTimeEquals(Hash, HashOf(key));

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
