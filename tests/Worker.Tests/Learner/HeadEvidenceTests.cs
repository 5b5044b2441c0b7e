using Worker.Learner;

namespace Worker.Tests.Learner;

public class HeadEvidenceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Evidence_comes_back_from_its_bytes(int texts)
    {
        var random = new Random(1);
        var evidence = new HeadEvidence(
            41, [.. Enumerable.Range(0, texts).Select(i => i * 3L)],
            [.. Enumerable.Range(0, texts).Select(_ => random.NextSingle())],
            [.. Enumerable.Range(0, texts).Select(_ => random.Next(2) == 0)]);
        var read = HeadEvidence.Of(evidence.ToBytes());
        Assert.Equal(41, read.Change);
        Assert.Equal(evidence.Texts, read.Texts);
        Assert.Equal(evidence.Probabilities, read.Probabilities);
        Assert.Equal(evidence.Decisions, read.Decisions);
        if (texts > 1)
            Assert.Equal((1, true), (read.IndexOf(3), read.IndexOf(4) < 0));
    }
}
