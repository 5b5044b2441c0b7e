using System.Text.RegularExpressions;

namespace Worker.Kafka.Clients;

/// <summary>
/// Which brokers a worker cannot reach, and why, as the client library reports about its connections.
/// </summary>
internal sealed partial class AwayBrokers
{
    private const int MaximumNamed = 3;
    private readonly SortedDictionary<string, string> reasons = new(StringComparer.Ordinal);
    private WireFault? advice;
    private string? explained;

    /// <param name="text">A line of the client, secrets masked.</param>
    /// <param name="fault">The same fault with advice, if there is any.</param>
    /// <param name="isFirstContact"> No broker has served this worker yet. Then a broker that closes the connection may
    /// want TLS or SASL.
    /// </param>
    /// <returns> Whether a person must be told: a broker refuses this worker in a way that was not known yet.
    /// </returns>
    public bool Note(string text, WireFault? fault, bool isFirstContact)
    {
        var tells = fault is not null && (fault.Kind != WireFaultKind.HungUp || isFirstContact);
        if (Address().Match(text) is { Success: true } found)
            reasons[found.Value] = Words(text);
        if (!tells || (advice is { StopsStart: true } && !fault!.StopsStart))
            return false;
        var isNew = fault!.StopsStart && fault.Kind != advice?.Kind;
        advice = fault;
        return isNew;
    }

    /// <summary>What the listener itself showed, which says more than the client can.</summary>
    /// <returns>Whether that is new.</returns>
    public bool Explain(string why)
    {
        var isNew = explained != why;
        explained = why;
        return isNew;
    }

    public void Forget()
    {
        reasons.Clear();
        advice = null;
        explained = null;
    }

    /// <summary>"127.0.0.1:9092 (connection refused)", and what to do if that is known.</summary>
    /// <param name="bootstrap">Used if no broker was named.</param>
    public string Text(string bootstrap)
    {
        var named = reasons.Take(MaximumNamed).Select(broker => $"{broker.Key} ({broker.Value})").ToList();
        if (reasons.Count > MaximumNamed)
            named.Add($"{reasons.Count - MaximumNamed} more");
        var brokers = named.Count == 0 ? bootstrap : string.Join(", ", named);
        return (explained ?? advice?.Message) is { } why ? $"{brokers}: {why}" : brokers;
    }

    private static string Words(string text)
    {
        bool Says(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
        return Says("refused") ? "connection refused"
            : Says("timed out") || Says("without a successful response") ? "no answer"
            : Says("resolve") ? "its name has no address"
            : Says("authentication") || Says("SASL") || Says("certificate") ? "it refuses this worker"
            : "connection broken";
    }

    /// <summary>A host and port, followed by the client's name for the broker, e.g. "b1:9092/3: ".</summary>
    [GeneratedRegex(
        @"(?<![\w#\-.\]:])(?:[\w\-.]+|\[[0-9a-fA-F:]+\]):\d+(?=(?:/\w+)?: )", RegexOptions.None,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
