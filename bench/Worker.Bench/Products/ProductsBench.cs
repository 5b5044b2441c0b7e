using System.CommandLine;
using Microsoft.ML.OnnxRuntime;
using Worker.Commands;
using Worker.Measuring;
using Worker.Terminal;

namespace Worker.Bench.Products;

/// <summary>
/// What one layer's linear products cost in each arithmetic, on one thread, in turn: the default encoder spends most of
/// its time in them.
/// </summary>
internal static class ProductsBench
{
    /// <summary>Inputs, outputs and how often a layer has them.</summary>
    private static readonly (int Inputs, int Outputs, int Times)[] Shapes =
        [(384, 384, 4), (384, 1536, 1), (1536, 384, 1)];

    public static Command Create()
    {
        var repeats = CheckedOptions.Number("--repeats", "How often, in turn", 30, new NumberRange<int>(1, 10_000));
        var clock = ClockOption.Create();
        var command = new Command("products", "A layer's linear products in f32, int8 and in blocks of 8 and 4 bits")
        {
            repeats, clock,
        };
        command.SetAction(parsed =>
        {
            Console.WriteLine(Processor.Describe());
            Console.WriteLine("one thread, lowest (median) µs a token for the products of one layer of MiniLM");
            foreach (var rows in (int[])[32, 128, 256, 512])
                Run(rows, parsed.GetValue(repeats), new BenchClock(parsed.GetValue(clock)!));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Run(int rows, int repeats, BenchClock clock)
    {
        var products = Enum.GetValues<Product>();
        var times = products.Select(_ => new List<double>()).ToArray();
        var layers = products.Select(product => Shapes.Select(shape =>
            new Layer(ProductGraph.Open(product, shape.Inputs, shape.Outputs), Input(rows, shape.Inputs), shape.Times))
            .ToArray()).ToArray();
        for (var repeat = -2; repeat < repeats; repeat++)
            for (var i = 0; i < products.Length; i++)
            {
                // Processor time is divided by the processors, and this is one thread.
                var seconds = clock.Seconds(() => Compute(layers[i])) * clock.Share;
                if (repeat >= 0)
                    times[i].Add(seconds * 1e6 / rows);
            }
        Console.WriteLine($"  {rows,3} tokens: " + string.Join("   ", products.Select((product, i) =>
            $"{product} {times[i].Min():F1} ({times[i].Order().ElementAt(repeats / 2):F1})")));
        foreach (var layer in layers.SelectMany(all => all))
            layer.Dispose();
    }

    private static void Compute(Layer[] layers)
    {
        foreach (var layer in layers)
            for (var time = 0; time < layer.Times; time++)
                layer.Run();
    }

    private static OrtValue Input(int rows, int columns) => OrtValue.CreateTensorValueFromMemory(
        Enumerable.Range(0, rows * columns).Select(i => (float)Math.Sin(i)).ToArray(), [rows, columns]);

    /// <summary>A linear layer, and how often an encoder's layer has one like it.</summary>
    private sealed record Layer(InferenceSession Session, OrtValue Input, int Times) : IDisposable
    {
        private readonly RunOptions run = new();

        public void Run() => Session.Run(run, ["x"], [Input], ["y"]).Dispose();

        public void Dispose()
        {
            Session.Dispose();
            Input.Dispose();
            run.Dispose();
        }
    }
}
