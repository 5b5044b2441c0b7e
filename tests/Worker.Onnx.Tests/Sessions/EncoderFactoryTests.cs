using System.Runtime.InteropServices;
using Worker.Core.Encoders;
using Worker.Core.Heads;
using Worker.Onnx.Bundles;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Tests.Sessions;

public class EncoderFactoryTests(ImportedModels models)
{
    private static readonly bool HasDriver = NativeLibrary.TryLoad(
        OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out _);

    [Fact]
    public void The_default_is_f32_of_the_mean_and_says_where_it_runs()
    {
        using var encoder = EncoderFactory.Create(models["bert-tiny"], new EncoderOptions());
        Assert.Equal("mean", encoder.Features.ToString());
        Assert.Contains("f32", encoder.Description);
        Assert.Equal(models["bert-tiny"].Hash, encoder.Hash);
        Assert.Equal(64, encoder.MaxTokens);
    }

    [Theory]
    [InlineData(1, 1, 1, "cpu f32, 1 thread")]
    [InlineData(3, 1, 3, "cpu f32, 3 threads")]
    [InlineData(4, 2, 2, "cpu f32, 4 threads, 2 to a micro-batch")]
    [InlineData(2, 8, 1, "cpu f32, 2 threads, 2 to a micro-batch")]
    public void The_cpu_is_described_with_its_threads(int threads, int together, int lanes, string description)
    {
        using var encoder = EncoderFactory.Create(
            models["bert-tiny"],
            new EncoderOptions { Device = Device.Cpu, Threads = threads, BatchThreads = together });
        Assert.Equal(description, encoder.Description);
        Assert.Equal(lanes, encoder.Lanes);
    }

    [Fact]
    public void The_graph_as_it_is_stored_computes_the_same()
    {
        var options = new EncoderOptions { Device = Device.Cpu, Threads = 1 };
        using var changed = EncoderFactory.Create(models["bert-tiny"], options);
        using var stored = EncoderFactory.Create(models["bert-tiny"], options with { AsStored = true });
        var (one, other) = (Features(changed), Features(stored));
        for (var i = 0; i < one.Length; i++)
            Assert.Equal(other[i], one[i], 1e-5);

        static float[] Features(Encoder encoder)
        {
            var features = new float[encoder.Features.Width];
            encoder.Run(
                new MicroBatch([5, 6, 7], [3]), HeadMatrix.None(encoder.Features), features, []);
            return features;
        }
    }

    [Fact]
    public void Auto_says_why_it_chose_the_cpu()
    {
        Assert.SkipWhen(HasDriver, "this machine has an NVIDIA driver");
        using var encoder = EncoderFactory.Create(models["bert-tiny"], new EncoderOptions { Threads = 2 });
        Assert.StartsWith("cpu f32, 2 threads (auto: no NVIDIA driver", encoder.Description);
    }

    [Fact]
    public void Cuda_is_an_error_where_it_cannot_be_had()
    {
        Assert.SkipWhen(HasDriver, "this machine has an NVIDIA driver");
        var error = Assert.Throws<EncoderException>(() =>
            EncoderFactory.Create(models["bert-tiny"], new EncoderOptions { Device = Device.Cuda }));
        Assert.Contains("cuda", error.Message);
        Assert.Contains("install the driver", error.Message);
    }

    [Fact]
    public void Cuda_computes_what_the_cpu_does()
    {
        Assert.SkipUnless(HasDriver, "needs an NVIDIA driver");
        using var encoder = EncoderFactory.Create(
            models["bert-tiny"], new EncoderOptions { Device = Device.Cuda, Features = models["bert-tiny"].Features });
        var texts = GoldenText.Read("bert-tiny");
        foreach (var (text, row) in texts.Zip(encoder.Encode([.. texts.Select(t => t.Ids)], batch: 7)))
            foreach (var feature in encoder.Features.Features)
                Assert.InRange(
                    EncoderCalls.Distance(
                        row[feature.Offset..(feature.Offset + feature.Width)], text.Feature(feature.Name)), 0, 0.02f);
    }

    [Fact]
    public void Int8_is_refused_on_cuda()
    {
        var error = Assert.Throws<EncoderException>(
            () => EncoderFactory.Create(
                models["bert-tiny"], new EncoderOptions { Device = Device.Cuda, Precision = Precision.Int8 }));
        Assert.Contains("int8 is for the CPU", error.Message);
    }

    [Theory]
    [InlineData("layer5", "taps")]
    [InlineData("max", "layer3")]
    public void A_feature_that_is_not_offered_is_named_with_those_that_are(string feature, string named)
    {
        var error = Assert.Throws<EncoderException>(() =>
            EncoderFactory.Create(models["bert-tiny"], new EncoderOptions { Features = ["mean", feature] }));
        Assert.Contains($"'{feature}'", error.Message);
        Assert.Contains(named, error.Message);
    }

    [Fact]
    public void Names_that_stand_for_features_are_understood_and_each_is_returned_once()
    {
        using var encoder = EncoderFactory.Create(
            models["bert-tiny"], new EncoderOptions { Features = ["taps", "layer4", "layer2+cls"] });
        Assert.Equal("layer1+layer2+layer3+mean+cls", encoder.Features.Name);
        Assert.Equal("mean", encoder.Features.Find("layer4")!.Name);
    }

    [Fact]
    public void The_own_head_of_a_checkpoint_without_one_is_refused()
    {
        var error = Assert.Throws<EncoderException>(() =>
            EncoderFactory.Create(models[ImportedModels.MiniLm], new EncoderOptions { OwnLogits = true }));
        Assert.Contains("no classification head", error.Message);
    }

    [Fact]
    public void Int8_that_is_far_from_the_stored_outputs_gives_way_to_f32()
    {
        using var copy = Tampered(BundleFiles.QuantisedWeights);
        using var encoder = EncoderFactory.Create(EncoderBundle.Open(copy.Path),
            new EncoderOptions { Device = Device.Cpu, Threads = 1, Precision = Precision.Int8 });
        Assert.StartsWith("cpu f32, 1 thread (not int8", encoder.Description);
        Assert.Contains("cosine", encoder.Description);
    }

    [Fact]
    public void F32_that_is_far_from_the_stored_outputs_is_an_error()
    {
        using var copy = Tampered(BundleFiles.Weights);
        var error = Assert.Throws<EncoderException>(() =>
            EncoderFactory.Create(EncoderBundle.Open(copy.Path), new EncoderOptions { Device = Device.Cpu }));
        Assert.Contains("import it again", error.Message);
    }

    // A bundle in which the weights of one file are replaced, with a matching sha256.
    private TemporaryFolder Tampered(string file)
    {
        var copy = Repository.Temporary();
        foreach (var source in Directory.EnumerateFiles(models["bert-tiny"].Folder))
            File.Copy(source, copy.File(Path.GetFileName(source)));
        var bytes = File.ReadAllBytes(copy.File(file));
        // Blocks of four bytes backwards: floats stay floats.
        var words = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan());
        MemoryExtensions.Reverse(words);
        File.WriteAllBytes(copy.File(file), bytes);
        var metadata = EncoderMetadata.Read(copy.Path);
        (metadata with { Files = metadata.Files.SetItem(file, BundleFiles.Hash(copy.File(file))) }).Write(copy.Path);
        return copy;
    }
}
