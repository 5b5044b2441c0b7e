using Worker.Core.Messages;
using Worker.Core.Windows;
using Worker.Kafka.Groups;

namespace Worker.Pipeline;

/// <summary>A window between reading and classifying: what came from Kafka, and its token ids.</summary>
/// <param name="Source">The records; text i of the tokens is record i.</param>
/// <param name="Tokens">Token ids; a record that failed has none.</param>
/// <param name="Failures">Per record: why it cannot be classified, or null.</param>
/// <param name="Truncated">Per record: whether its text was longer than the limit.</param>
internal sealed record TokenisedWindow(SourceWindow Source, TokenWindow Tokens, Failure?[] Failures, bool[] Truncated);
