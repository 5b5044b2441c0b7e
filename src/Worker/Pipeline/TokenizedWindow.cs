using Worker.Core.Encoders;
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
/// <param name="Chunking">How the encoder reads long texts; null if they are cut.</param>
internal sealed record TokenizedWindow(
    SourceWindow Source, TextWindow Texts, TokenWindow Tokens, Failure?[] Failures, bool[] Truncated,
    Chunking? Chunking = null) : IDisposable
{
    /// <summary>The text of one record, in UTF-8; good until this is disposed of.</summary>
    public ReadOnlySpan<byte> Text(int record) => Texts.Text(record, Source.Records[record].Value);

    /// <summary>In how many chunks the text of one record is read.</summary>
    public int Chunks(int record) => Chunking?.Count(Tokens.Length(record)) ?? 1;

    /// <summary>Whether certificates hold for one record.</summary>
    public bool Certifies(int record) => Chunking?.Certifies(Chunks(record)) ?? true;

    public void Dispose()
    {
        Texts.Dispose();
        Tokens.Dispose();
    }
}
