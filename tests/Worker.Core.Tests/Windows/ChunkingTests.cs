using Worker.Core.Encoders;

namespace Worker.Core.Tests.Windows;

/// <summary>How a long text is cut into chunks, for every length and limit.</summary>
public class ChunkingTests
{
    [Fact]
    public void Chunks_cover_the_text_in_order_are_equally_long_and_share_the_overlap()
    {
        var random = new Random(11);
        for (var round = 0; round < 1_000; round++)
        {
            var chunking = new Chunking(
                random.Next(8, 260), random.Next(1, 4), random.Next(3), random.Next(2, 62), ChunkPooling.Mean);
            Assert.Null(chunking.Problem());
            Check(chunking, random.Next(4, chunking.MaximumTokens + 1));
            Check(chunking, chunking.MaximumTokens);
            Check(chunking, chunking.RowTokens);
            Check(chunking, chunking.RowTokens + 1);
        }
    }

    [Theory]
    [InlineData(64, 1, 31, 32, true)]
    [InlineData(64, 1, 32, 32, false)]
    [InlineData(64, 62, 0, 32, true)]
    [InlineData(64, 63, 0, 32, false)]
    [InlineData(64, 62, 1, 32, false)]
    [InlineData(64, 1, 8, 1, false)]
    [InlineData(64, 1, -1, 32, false)]
    public void What_does_not_fit_together_is_refused(int row, int prefix, int overlap, int maximum, bool fits) =>
        Assert.Equal(fits, new Chunking(row, prefix, overlap, maximum, ChunkPooling.Mean).Problem() is null);

    private static void Check(Chunking chunking, int length)
    {
        var text = Enumerable.Range(0, length).ToArray();
        var count = chunking.Count(text.Length);
        Assert.Equal(text.Length > chunking.RowTokens, count > 1);
        if (count == 1)
            return;
        Assert.InRange(count, 2, chunking.Maximum);
        // As few as there can be.
        Assert.True(text.Length > (chunking with { Maximum = count - 1 }).MaximumTokens);
        var chunks = Enumerable.Range(0, count).Select(chunk => Chunk(chunking, text, count, chunk)).ToArray();
        Assert.All(chunks, chunk =>
        {
            Assert.InRange(chunk.Length, 3, chunking.RowTokens);
            Assert.Equal(chunks[0].Length, chunk.Length);
            Assert.Equal(text[..chunking.Prefix], chunk[..chunking.Prefix]);
            Assert.Equal(text[^1], chunk[^1]);
        });
        var bodies = chunks.Select(chunk => chunk[chunking.Prefix..^1]).ToArray();
        Assert.Equal(chunking.Prefix, bodies[0][0]);
        Assert.Equal(text[^2], bodies[^1][^1]);
        Assert.All(bodies, body => Assert.Equal(Enumerable.Range(body[0], body.Length), body));
        Assert.All(bodies.Zip(bodies.Skip(1)), pair => Assert.InRange(
            pair.First[^1] + 1 - pair.Second[0], chunking.Overlap, chunking.Overlap + chunking.RowTokens));
        Assert.All(bodies.Zip(bodies.Skip(1)), pair => Assert.True(pair.Second[0] > pair.First[0]));
    }

    private static int[] Chunk(Chunking chunking, int[] text, int count, int chunk)
    {
        var ids = new int[chunking.RowTokens];
        return ids[..chunking.Write(text, count, chunk, ids)];
    }
}
