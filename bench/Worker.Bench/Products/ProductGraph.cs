using Microsoft.ML.OnnxRuntime;
using Worker.Onnx.Graph;
using Worker.Onnx.Schema;
using DataType = Worker.Onnx.Schema.TensorProto.Types.DataType;

namespace Worker.Bench.Products;

/// <summary>How a linear layer can be computed.</summary>
internal enum Product
{
    /// <summary>MatMul in f32.</summary>
    Float32,

    /// <summary>What the int8 bundle does: DynamicQuantizeLinear, MatMulInteger, and two scales.</summary>
    Int8,

    /// <summary>MatMulNBits, 8 bits in blocks of 32, products in int8.</summary>
    Blocks8,

    /// <summary>MatMulNBits, 4 bits in blocks of 32, products in int8.</summary>
    Blocks4,

    /// <summary>MatMulNBits, 4 bits in blocks of 32, weights made f32 again before the product.</summary>
    Blocks4Float,
}

/// <summary>
/// One linear layer of random weights as a graph: what a product costs does not depend on what is multiplied.
/// </summary>
internal static class ProductGraph
{
    private const int BlockSize = 32;

    /// <summary>A session of one thread: x [rows, inputs] to y [rows, outputs].</summary>
    public static InferenceSession Open(Product product, int inputs, int outputs)
    {
        var random = new Random(1);
        var graph = new GraphProto { Name = "product" };
        graph.Input.Add(GraphWriter.Value("x", DataType.Float, "rows", $"{inputs}"));
        graph.Output.Add(GraphWriter.Value("y", DataType.Float, "rows", $"{outputs}"));
        switch (product)
        {
            case Product.Float32:
                Floats("w", inputs, outputs);
                Node("MatMul", ["x", "w"], ["y"]);
                break;
            case Product.Int8:
                Bytes("w", DataType.Int8, inputs, outputs);
                Floats("scales", outputs);
                Bytes("zero", DataType.Int8);
                Node("DynamicQuantizeLinear", ["x"], ["levels", "scale", "level_zero"]);
                Node("MatMulInteger", ["levels", "w", "level_zero", "zero"], ["sum"]);
                Node("Cast", ["sum"], ["real"], GraphWriter.Integer("to", (long)DataType.Float));
                Node("Mul", ["scale", "scales"], ["both"]);
                Node("Mul", ["real", "both"], ["y"]);
                break;
            default:
                var bits = product == Product.Blocks8 ? 8 : 4;
                Bytes("w", DataType.Uint8, outputs, inputs / BlockSize, BlockSize * bits / 8);
                Floats("scales", outputs * (inputs / BlockSize));
                Node("MatMulNBits", ["x", "w", "scales"], ["y"],
                    GraphWriter.Integer("K", inputs), GraphWriter.Integer("N", outputs),
                    GraphWriter.Integer("bits", bits), GraphWriter.Integer("block_size", BlockSize),
                    GraphWriter.Integer("accuracy_level", product == Product.Blocks4Float ? 1 : 4));
                break;
        }
        var model = new ModelProto { IrVersion = 9, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 20 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        return new InferenceSession(Google.Protobuf.MessageExtensions.ToByteArray(model), options);

        void Node(string operation, string[] from, string[] to, params AttributeProto[] attributes) =>
            graph.Node.Add(new NodeProto
            {
                OpType = operation,
                Domain = operation == "MatMulNBits" ? "com.microsoft" : "",
                Name = to[0],
                Input = { from },
                Output = { to },
                Attribute = { attributes },
            });

        void Floats(string name, params int[] shape)
        {
            var values = new float[shape.Aggregate(1, (product, size) => product * size)];
            foreach (ref var value in values.AsSpan())
                value = (float)random.NextDouble() - .5f;
            Tensor(name, DataType.Float, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values), shape);
        }

        void Bytes(string name, DataType type, params int[] shape)
        {
            var values = new byte[shape.Aggregate(1, (product, size) => product * size)];
            if (shape.Length > 0)
                random.NextBytes(values);
            // As the bundle's: 7 bits, so that sums of two products cannot saturate.
            if (type == DataType.Int8)
                foreach (ref var value in values.AsSpan())
                    value = (byte)((sbyte)value / 2);
            Tensor(name, type, values, shape);
        }

        void Tensor(string name, DataType type, ReadOnlySpan<byte> bytes, int[] shape) =>
            graph.Initializer.Add(new TensorProto
            {
                Name = name,
                DataType = (int)type,
                Dims = { shape.Select(size => (long)size) },
                RawData = Google.Protobuf.ByteString.CopyFrom(bytes),
            });
    }
}
