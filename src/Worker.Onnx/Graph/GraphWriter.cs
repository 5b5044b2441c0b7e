using System.Runtime.InteropServices;
using Google.Protobuf;
using Worker.Onnx.Schema;

namespace Worker.Onnx.Graph;

/// <summary>Builds an ONNX graph node by node; every node is named after its first output.</summary>
internal sealed class GraphWriter(params WeightFile[] weights)
{
    /// <summary>Operator set of the standard operators: the first with Gelu.</summary>
    private const int OperatorSet = 20;

    /// <summary>Version of the file format that goes with it.</summary>
    private const int FormatVersion = 9;

    private readonly GraphProto graph = new() { Name = "encoder" };
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>Whether a weight file holds that tensor.</summary>
    public bool Offers(string tensor) => weights.Any(file => file.Find(tensor) is not null);

    /// <summary>A tensor of a weight file, taken into the graph at its first use.</summary>
    public string Weight(string tensor)
    {
        if (known.Add(tensor))
            graph.Initializer.Add(weights.Select(file => file.Find(tensor)).First(found => found is not null));
        return tensor;
    }

    /// <summary>A one-dimensional constant of whole numbers.</summary>
    public string Constant(string name, params ReadOnlySpan<long> values) =>
        Constant(name, TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(values), values.Length);

    /// <summary>A scalar.</summary>
    public string Constant(string name, float value) =>
        Constant(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes([value]));

    /// <summary>A whole number as a scalar.</summary>
    public string Scalar(string name, long value) =>
        Constant(name, TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes([value]));

    /// <summary>Adds a node with one output and returns that output's name.</summary>
    public string Node(
        string operation, string output, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        Add(operation, [output], inputs, attributes);
        return output;
    }

    /// <summary>Adds a node with several outputs.</summary>
    public void Add(
        string operation,
        ReadOnlySpan<string> outputs, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = operation, Name = outputs[0] };
        foreach (var output in outputs)
            node.Output.Add(output);
        foreach (var input in inputs)
            node.Input.Add(input);
        foreach (var attribute in attributes)
            node.Attribute.Add(attribute);
        graph.Node.Add(node);
    }

    public void Input(string name, TensorProto.Types.DataType type, params ReadOnlySpan<string> dimensions) =>
        graph.Input.Add(Value(name, type, dimensions));

    public void Output(string name, params ReadOnlySpan<string> dimensions) =>
        graph.Output.Add(Value(name, TensorProto.Types.DataType.Float, dimensions));

    public ModelProto Model() => new()
    {
        IrVersion = FormatVersion,
        ProducerName = "worker",
        Graph = graph,
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OperatorSet } },
    };

    public static AttributeProto Integer(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Real(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    public static AttributeProto Integers(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (var value in values)
            attribute.Ints.Add(value);
        return attribute;
    }

    public static AttributeProto String(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>A dimension is a number or, if it varies, a name.</summary>
    public static ValueInfoProto Value(
        string name, TensorProto.Types.DataType type, params ReadOnlySpan<string> dimensions)
    {
        var shape = new TensorShapeProto();
        foreach (var dimension in dimensions)
            shape.Dim.Add(long.TryParse(dimension, out var size)
                ? new TensorShapeProto.Types.Dimension { DimValue = size }
                : new TensorShapeProto.Types.Dimension { DimParam = dimension });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }

    private string Constant(
        string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, params ReadOnlySpan<long> shape)
    {
        if (!known.Add(name))
            return name;
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        foreach (var size in shape)
            tensor.Dims.Add(size);
        graph.Initializer.Add(tensor);
        return name;
    }
}
