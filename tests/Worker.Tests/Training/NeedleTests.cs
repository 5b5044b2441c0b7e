using System.Text;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Fitting;
using Worker.Onnx.Importing;
using Worker.Training;

namespace Worker.Tests.Training;

/// <summary>
/// The default encoder and texts of 5,000 tokens, one of which ends with a telling sentence: it is found where long
/// texts are read in chunks of which one is enough, and missed where they are cut.
/// </summary>
public sealed class NeedleTests : IDisposable
{
    private const string Label = "phishing";

    private const string Telling =
        " Your account has been suspended. Click the link below and confirm your password and card number within 24 " +
        "hours, or you will lose access to it.";

    private readonly TemporaryFolder folder = Repository.Temporary();

    [Fact]
    public void The_only_telling_sentence_at_the_end_of_a_long_text_is_found_with_chunks_and_missed_without()
    {
        ModelFolder.Import(Repository.MiniLm, folder.File("cut"));
        ModelFolder.Import(Repository.MiniLm, folder.File("max"), longTexts: new LongTexts(
            ChunkPooling.Max, Overlap: 18, MaximumChunks: 300, ChunkTokens: 40));
        using var cut = LoadedEncoder.Open(Section("cut"));
        using var chunked = LoadedEncoder.Open(Section("max"));
        var data = Checkout.InboxData("train");
        var head = TextTraining.Train(chunked, data.WithLabels([Label]), new TrainingOptions(), null, default).Heads[0];
        var plain = Plain(chunked);
        byte[][] texts = [Encoding.UTF8.GetBytes(plain), Encoding.UTF8.GetBytes(plain + Telling)];
        Assert.InRange(ModelFolder.Ids(chunked.Tokenizer, texts[1]).Length, 5_000, 5_300);

        var found = Probabilities(chunked, head, texts);
        Assert.InRange(found[0], 0, head.Thresholds.Decide - 0.1);
        Assert.InRange(found[1], head.Thresholds.Decide + 0.1, 1);
        // The head is as good for texts that fit: the encoder's weights are the same.
        var missed = Probabilities(cut, head with { Encoder = cut.Encoder.Hash }, texts);
        Assert.Equal(missed[0], missed[1]);
        Assert.InRange(missed[1], 0, head.Thresholds.Decide - 0.1);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Small talk of 5,000 tokens.</summary>
    private static string Plain(LoadedEncoder loaded)
    {
        var text = new StringBuilder();
        while (ModelFolder.Ids(loaded.Tokenizer, Encoding.UTF8.GetBytes($"{text}")).Length < 5_000)
            text.Append("haha same, have a good weekend. See you on Monday, I will bring the cake this time. ");
        return text.ToString();
    }

    private EncoderSection Section(string bundle) =>
        new() { Bundle = folder.File(bundle), Device = "cpu", Features = ["taps"] };

    private static float[] Probabilities(LoadedEncoder loaded, Head head, byte[][] texts) =>
        new TextEncoder(loaded).Probabilities(
            texts, HeadSet.Empty(loaded.Encoder.Hash, loaded.Encoder.Features).With([head]));
}
