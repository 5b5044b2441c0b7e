using Worker.Core;
using Worker.Core.Decisions;
using Worker.Core.Heads;
using Worker.Core.Results;

namespace Worker.Classifying;

/// <summary>The reader of the results is gone, or the disk is full.</summary>
internal sealed class ResultsUnwantedException(IOException cause) : UserFacingException(cause.Message, cause);

/// <summary>Results as JSON lines: each line is a record of the results topic.</summary>
internal sealed class ResultLines(Stream stream) : IResultOutput
{
    private readonly ResultJson json = new();
    private readonly MemoryStream window = new();

    public void Write(
        string? text, in MessageResult result, HeadSet heads,
        ReadOnlySpan<float> probabilities, ReadOnlySpan<LabelDecision> decisions)
    {
        window.Write(json.WriteResult(result, heads, probabilities, decisions));
        window.WriteByte((byte)'\n');
    }

    public void Flush()
    {
        try
        {
            stream.Write(window.GetBuffer().AsSpan(0, (int)window.Length));
            stream.Flush();
        }
        catch (IOException error)
        {
            throw new ResultsUnwantedException(error);
        }
        window.SetLength(0);
    }
}
