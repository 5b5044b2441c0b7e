using Worker.Core.Messages;
using Worker.Core.Windows;
using Worker.Kafka.Groups;

namespace Worker.Pipeline;

/// <summary>A window between reading and classifying: what came from Kafka, its texts and their token ids.</summary>
/// <param name="Source">The records; text i of the texts and of the tokens is record i.</param>
/// <param name="Texts">The decoded texts, before any cut; a record that failed has none.</param>
/// <param name="Tokens">Token ids; a record that failed has none.</param>
/// <param name="Failures">Per record: why it cannot be classified, or null.</param>
/// <param name="Truncated">Per record: whether its text was longer than the limit.</param>
internal sealed record TokenizedWindow(
    SourceWindow Source, TextWindow Texts, TokenWindow Tokens, Failure?[] Failures, bool[] Truncated) : IDisposable
{
    /// <summary>The text of one record, in UTF-8; good until this is disposed of.</summary>
    public ReadOnlySpan<byte> Text(int record) => Texts.Text(record, Source.Records[record].Value);

    public void Dispose()
    {
        Texts.Dispose();
        Tokens.Dispose();
    }
}
