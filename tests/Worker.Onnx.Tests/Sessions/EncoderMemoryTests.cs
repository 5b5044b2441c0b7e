using Worker.Core.Encoders;
using Worker.Onnx.Sessions;

namespace Worker.Onnx.Tests.Sessions;

/// <summary>Tests that read the process's memory; nothing else may run at the same time.</summary>
[CollectionDefinition(nameof(EncoderMemoryTests), DisableParallelization = true)]
[Collection(nameof(EncoderMemoryTests))]
public class EncoderMemoryTests(ImportedModels models)
{
    [Fact]
    public void Memory_is_flat_over_thousands_of_shapes()
    {
        using var encoder = EncoderFactory.Create(
            models["bert-tiny"], new EncoderOptions { Device = Device.Cpu, Threads = 1 });
        var heads = encoder.RandomHeads(labels: 4, seed: 7);
        var random = new Random(8);
        Run(shapes: 700);
        var before = ResidentBytes();
        Run(shapes: 2500);
        Assert.InRange(ResidentBytes() - before, long.MinValue, 8_000_000);

        void Run(int shapes)
        {
            for (var i = 0; i < shapes; i++)
            {
                var length = random.Next(1, 65);
                var texts = random.Next(1, 1 + (512 / length));
                var lengths = Enumerable.Repeat(length, texts).ToArray();
                encoder.Run(new MicroBatch(new int[length * texts], lengths), heads,
                    new float[texts * encoder.Features.Width], new float[texts * 4]);
            }
        }
    }

    [Fact]
    public void Opening_and_closing_encoders_leaves_no_memory_behind()
    {
        for (var i = 0; i < 5; i++)
            OpenAndClose();
        var before = ResidentBytes();
        for (var i = 0; i < 25; i++)
            OpenAndClose();
        Assert.InRange(ResidentBytes() - before, long.MinValue, 12_000_000);

        void OpenAndClose()
        {
            using var encoder = EncoderFactory.Create(models["bert-tiny"],
                new EncoderOptions { Device = Device.Cpu, Threads = 1, Precision = Precision.Int8 });
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Environment.WorkingSet;
    }
}
