using System.Text;
using Worker.Terminal;

namespace Worker.Tests.Terminal;

public class LineReaderTests
{
    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\n\n  \nb", "a|b")]
    [InlineData("", "")]
    [InlineData("\n", "")]
    public async Task Gives_every_line_that_is_not_blank(string input, string expected) =>
        Assert.Equal(expected, string.Join('|', await ReadAll(Encoding.UTF8.GetBytes(input), 3)));

    [Fact]
    public async Task Lines_longer_than_the_buffer_come_whole()
    {
        var line = new string('x', 1_000_000);
        Assert.Equal([line, "y"], await ReadAll(Encoding.UTF8.GetBytes(line + "\ny"), 40_000));
    }

    private static async Task<List<string>> ReadAll(byte[] input, int chunk)
    {
        using var reader = new LineReader(new Chunks(input, chunk));
        var lines = new List<string>();
        while (await reader.Read(CancellationToken.None) is { } line)
            lines.Add(Encoding.UTF8.GetString(line));
        return lines;
    }

    /// <summary>A stream that gives a few bytes at a time, as pipes do.</summary>
    private sealed class Chunks(byte[] bytes, int maximum) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(maximum, buffer.Length)], cancellationToken);
    }
}
