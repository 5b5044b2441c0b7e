using Worker.Core;

namespace Worker.Kafka.Clients;

/// <summary>No broker answered, and asking again may help.</summary>
internal sealed class UnreachableException(string message, Exception inner) : UserFacingException(message, inner);
