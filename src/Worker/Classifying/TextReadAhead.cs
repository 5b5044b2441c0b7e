using System.Collections.Concurrent;
using System.Text;
using Worker.Core.Tokenization;
using Worker.Learning.Reading;

namespace Worker.Classifying;

/// <summary>A text that was read and tokenised.</summary>
/// <param name="Row">Its number in the file, from 1.</param>
/// <param name="Text">Only if it is shown.</param>
/// <param name="Ids">Token ids, [CLS] and [SEP] included.</param>
/// <param name="Truncated">Whether the text was longer.</param>
internal sealed record TokenizedText(long Row, string? Text, int[] Ids, bool Truncated);

/// <summary>
/// Reads and tokenises texts on its own thread while the device computes. It never reads further ahead than a fixed
/// number of texts and keeps only their ids, so an endless stream takes no more memory than a short one.
/// </summary>
internal sealed class TextReadAhead : IDisposable
{
    /// <summary>A window of long texts closes at so many tokens.</summary>
    private const int WindowTokens = 1 << 18;

    private readonly BlockingCollection<TokenizedText> ahead;
    private readonly WordPieceTokenizer tokenizer;
    private readonly int[] room;
    private readonly bool keepsTexts;
    private readonly Action<string> broken;
    private Exception? failed;

    /// <param name="rows">Enumerated on the other thread.</param>
    /// <param name="tokenizer">The encoder's own; no other thread may call it meanwhile.</param>
    /// <param name="maxTokens">The longest text that the encoder takes.</param>
    /// <param name="capacity">Texts.</param>
    /// <param name="keepsTexts">Whether the texts are shown.</param>
    /// <param name="broken">Called for each row that is not a text; on the other thread.</param>
    public TextReadAhead(
        IEnumerable<TextRow> rows, WordPieceTokenizer tokenizer, int maxTokens, int capacity, bool keepsTexts,
        Action<string> broken)
    {
        ahead = new BlockingCollection<TokenizedText>(capacity);
        this.tokenizer = tokenizer;
        this.keepsTexts = keepsTexts;
        this.broken = broken;
        room = new int[maxTokens];
        // A background thread, because a read from a terminal where nobody types ends only with the process.
        new Thread(() => Read(rows)) { IsBackground = true, Name = "texts" }.Start();
    }

    /// <summary>Waits for a text and takes all that have arrived by then.</summary>
    /// <param name="maximum">Texts.</param>
    /// <param name="window">Cleared, then filled; stays empty at the end.</param>
    /// <exception cref="Exception">The reason why the rest cannot be read; thrown after all texts before it were
    /// returned.</exception>
    public void Take(int maximum, List<TokenizedText> window, CancellationToken stop)
    {
        window.Clear();
        if (!ahead.TryTake(out var first, Timeout.Infinite, stop))
        {
            if (failed is not null)
                throw failed;
            return;
        }
        window.Add(first);
        var tokens = first.Ids.Length;
        while (window.Count < maximum && tokens < WindowTokens && ahead.TryTake(out var next))
        {
            window.Add(next);
            tokens += next.Ids.Length;
        }
    }

    public void Dispose() => ahead.Dispose();

    private void Read(IEnumerable<TextRow> rows)
    {
        try
        {
            foreach (var row in rows)
                if (row.Text is { } text)
                    ahead.Add(Tokenize(row.Row, text));
                else
                    broken(row.Problem!);
        }
        catch (Exception error)
        {
            // Thrown again where it is noticed. After a stop nobody is left to notice it.
            failed = error;
        }
        finally
        {
            Finish();
        }
    }

    private TokenizedText Tokenize(long row, string text)
    {
        var count = tokenizer.Encode(Encoding.UTF8.GetBytes(text), room, out var truncated);
        return new TokenizedText(row, keepsTexts ? text : null, room[..count], truncated);
    }

    private void Finish()
    {
        try
        {
            ahead.CompleteAdding();
        }
        catch (ObjectDisposedException)
        {
            // Stopped in the meantime.
        }
    }
}
