using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Worker.Onnx.Graph;
using Worker.Onnx.Schema;
using DataType = Worker.Onnx.Schema.TensorProto.Types.DataType;

namespace Worker.Onnx.Tests.Graph;

public class CpuNormalisationTests
{
    private const int Width = 48;
    private const int Rows = 7;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-30, 2)]
    [InlineData(5, .001)]
    public void What_replaces_it_normalises_as_the_definition_says(double mean, double deviation)
    {
        var random = new Random(1);
        var x = Enumerable.Range(0, Rows * Width)
            .Select(_ => (float)(mean + deviation * (random.NextDouble() - .5))).ToArray();
        var y = Run(Model(1e-12f), x);
        for (var row = 0; row < Rows; row++)
        {
            var values = x[(row * Width)..((row + 1) * Width)];
            var average = values.Average(value => (double)value);
            var variance = values.Average(value => (value - average) * (value - average));
            for (var i = 0; i < Width; i++)
            {
                var expected = (values[i] - average) / Math.Sqrt(variance + 1e-12) * Weight(i) + Bias(i);
                // What f32 keeps of a row's deviations from its mean.
                var tolerance = 1e-5 + 4e-6 * Math.Abs(mean) / deviation;
                Assert.InRange(y[row * Width + i] - expected, -tolerance, tolerance);
            }
        }
    }

    [Fact]
    public void Only_an_epsilon_that_makes_no_difference_lets_it_be_replaced()
    {
        Assert.Equal(["MeanVarianceNormalization", "Mul", "Add"], Operations(1e-12f));
        Assert.Equal(["LayerNormalization"], Operations(1e-5f));

        static string[] Operations(float epsilon)
        {
            var model = Model(epsilon);
            CpuNormalisation.Apply(model.Graph);
            Assert.Equal("y", model.Graph.Node[^1].Output[0]);
            return [.. model.Graph.Node.Select(node => node.OpType)];
        }
    }

    private static float Weight(int i) => 1 + i / 10f;

    private static float Bias(int i) => i - 3;

    private static float[] Run(ModelProto model, float[] x)
    {
        CpuNormalisation.Apply(model.Graph);
        using var session = new InferenceSession(model.ToByteArray());
        using var input = OrtValue.CreateTensorValueFromMemory(x, [1, Rows, Width]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static ModelProto Model(float epsilon)
    {
        var graph = new GraphProto { Name = "norm" };
        graph.Input.Add(GraphWriter.Value("x", DataType.Float, "batch", "sequence", $"{Width}"));
        graph.Output.Add(GraphWriter.Value("y", DataType.Float, "batch", "sequence", $"{Width}"));
        graph.Initializer.Add(Tensor("weight", Weight));
        graph.Initializer.Add(Tensor("bias", Bias));
        graph.Node.Add(new NodeProto
        {
            OpType = "LayerNormalization",
            Input = { "x", "weight", "bias" },
            Output = { "y" },
            Attribute = { GraphWriter.Integer("axis", -1), GraphWriter.Real("epsilon", epsilon) },
        });
        return new ModelProto
        {
            IrVersion = 9,
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 20 } },
        };
    }

    private static TensorProto Tensor(string name, Func<int, float> value) => new()
    {
        Name = name,
        DataType = (int)DataType.Float,
        Dims = { Width },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(Enumerable.Range(0, Width).Select(value).ToArray())),
    };
}
