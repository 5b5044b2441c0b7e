using System.Text.RegularExpressions;

namespace Worker.Kafka.Configuration;

/// <summary>
/// The topics that texts are read from: <see cref="KafkaTopics.Messages"/>, parsed. It has names and patterns,
/// separated by commas; a pattern is a regular expression that begins with '^', as in the client library.
/// </summary>
public sealed class MessageTopics
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);
    private readonly IReadOnlyList<Regex> expressions;

    private MessageTopics(IReadOnlyList<string> names, IReadOnlyList<string> patterns) =>
        (Names, Patterns, expressions) = (names, patterns, [.. patterns.Select(Expression)]);

    /// <summary>Topics named in full.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Each with its '^'; topics that match are read, including those that are created later.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>For the consumer.</summary>
    public IEnumerable<string> Subscription => Names.Concat(Patterns);

    /// <exception cref="FormatException">A pattern is not a regular expression; the message names it.</exception>
    public static MessageTopics Of(KafkaTopics topics)
    {
        var parts = topics.Messages.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new MessageTopics([.. parts.Where(part => !IsPattern(part))], [.. parts.Where(IsPattern)]);
    }

    /// <summary>Whether a topic of this name is read.</summary>
    public bool Includes(string topic) => Names.Contains(topic, StringComparer.Ordinal) || Matches(topic);

    /// <summary>Whether a topic of this name is read because a pattern matches it.</summary>
    public bool Matches(string topic) => expressions.Any(expression => expression.IsMatch(topic));

    private static bool IsPattern(string part) => part.StartsWith('^');

    private static Regex Expression(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, MatchLimit);
        }
        catch (RegexParseException error)
        {
            throw new FormatException($"'{pattern}' is not a regular expression: {error.Message}", error);
        }
    }
}
