using Confluent.Kafka;

namespace Worker.Kafka.Clients;

/// <summary>Why a connection to a broker cannot be made.</summary>
internal enum WireFaultKind
{
    /// <summary>The broker does not know the user, or the password or token is wrong.</summary>
    Credentials,

    /// <summary>The broker's listener does not offer this SASL mechanism, or no SASL at all.</summary>
    Mechanism,

    /// <summary>The OAuth endpoint gave no token.</summary>
    Token,

    /// <summary>The broker's certificate is not trusted: unknown authority, expired, or for another host.</summary>
    BrokerCertificate,

    /// <summary>The broker does not accept this worker's certificate, or there is none.</summary>
    ClientCertificate,

    /// <summary>This worker speaks TLS and the listener does not.</summary>
    PlaintextListener,

    /// <summary>
    /// The broker closed the connection before it said anything, as a TLS or SASL listener does with a client that uses
    /// neither.
    /// </summary>
    HungUp,

    /// <summary>The name has no address.</summary>
    Name,
}

/// <summary>A failed connection, with advice.</summary>
internal sealed record WireFault(WireFaultKind Kind, string Message)
{
    /// <summary>
    /// Whether a retry at start cannot help, so that a person must fix it. A broker that is just starting closes
    /// connections too.
    /// </summary>
    public bool StopsStart => Kind is not (WireFaultKind.HungUp or WireFaultKind.Name or WireFaultKind.Token);

    /// <summary>
    /// What an error event or a line of the client's log says about the connection; null if it is about something else.
    /// </summary>
    public static WireFault? Of(ErrorCode code, string reason)
    {
        var text = Short(reason);
        bool Says(string part) => reason.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Says("mechanism handshake failed"))
            return new(WireFaultKind.Mechanism,
                "the listener does not offer this SASL mechanism, or no SASL at all: check sasl.mechanism and " +
                $"security.protocol under Kafka:Client, and the port ({text})");
        if (Says("Failed to acquire SASL OAUTHBEARER token") || Says("OAUTHBEARER token from")
            || Says("Failed to retrieve OIDC token")
            || Says("Failed to parse token") || Says("Failed to retrieve JSON")
                || code == ErrorCode.Local_Authentication && Says("Failed to acquire"))
            return new(WireFaultKind.Token,
                "no token from the OAuth endpoint: check sasl.oauthbearer.token.endpoint.url, client.id and " +
                $"client.secret under Kafka:Client, and https.ca.location ({text})");
        if (code == ErrorCode.Local_Authentication || Says("SASL authentication error")
            || Says("SASL SCRAM authentication failed")
            || Says("SASL OAUTHBEARER authentication failed"))
            return new(WireFaultKind.Credentials,
                "the broker refuses this worker's credentials: check the user, the password or token, and " +
                $"sasl.mechanism under Kafka:Client ({text})");
        if (Says("certificate verify failed"))
            return new(WireFaultKind.BrokerCertificate,
                "the broker's certificate is not trusted: its authority is not in Kafka:Client:ssl.ca.location, or " +
                "it has expired, or it is for another host name than the one in Kafka:BootstrapServers or advertised " +
                $"by the broker ({text})");
        if (Says("PLAINTEXT broker listener?") || Says("wrong version number") || Says("packet length too long"))
            return new(WireFaultKind.PlaintextListener,
                "the listener does not speak TLS: use the broker's TLS port, or " +
                $"Kafka:Client:security.protocol without ssl ({text})");
        if (Says("alert bad certificate") || Says("alert certificate") || Says("alert unknown ca")
            || Says("alert handshake failure"))
            return new(WireFaultKind.ClientCertificate,
                "the broker does not accept this worker's certificate, or demands one and got none: check " +
                "ssl.certificate.location and ssl.key.location under Kafka:Client, and that the certificate has not " +
                $"expired ({text})");
        if (Says("connection closed by peer") && (Says("APIVERSION_QUERY") || Says("state UP") || Says("SSL_HANDSHAKE"))
            || Says("might be caused by incorrect security.protocol"))
            return new(WireFaultKind.HungUp,
                "the broker closed the connection at once: it is starting, or its listener wants TLS or SASL: check " +
                $"Kafka:Client:security.protocol and the port ({text})");
        if (code == ErrorCode.Local_Resolve || Says("Failed to resolve"))
            return new(
                WireFaultKind.Name,
                $"the broker's host name has no address: check Kafka:BootstrapServers and DNS ({text})");
        return null;
    }

    /// <summary>Without the thread's name, counts and times, which differ each time.</summary>
    private static string Short(string reason)
    {
        var start = reason.StartsWith("[thrd:", StringComparison.Ordinal)
            ? reason.IndexOf("]: ", StringComparison.Ordinal) + 3
            : 0;
        var end = reason.LastIndexOf(" (after ", StringComparison.Ordinal);
        return (end > start ? reason[start..end] : reason[start..]).Replace(
            "/bootstrap: ", ": ", StringComparison.Ordinal).TrimEnd('.', ' ');
    }
}
