using Worker.Onnx.Safetensors;

namespace Worker.Onnx.Tests.Fixtures;

/// <summary>
/// BERT as its paper says it, in doubles, one text at a time: what the graphs are compared with. For the golden
/// bert-tiny: 4 layers of 48, 4 attention heads, gelu.
/// </summary>
internal sealed class PlainBert
{
    private const int Hidden = 48;
    private const int Heads = 4;
    private const int Layers = 4;
    private readonly Dictionary<string, double[]> tensors = [];

    public PlainBert(string checkpoint)
    {
        using var file = SafetensorsFile.Open(Path.Combine(checkpoint, "model.safetensors"));
        foreach (var tensor in file.Tensors.Values)
            tensors[tensor.Name.StartsWith("bert.", StringComparison.Ordinal) ? tensor.Name[5..] : tensor.Name] =
                [.. file.Read(tensor).Select(value => (double)value)];
    }

    /// <summary>Vectors of the last layer; one for each token.</summary>
    public double[][] Tokens(int[] ids)
    {
        var x = ids.Select((id, position) => Norm("embeddings.LayerNorm", [.. Enumerable.Range(0, Hidden).Select(i =>
            tensors["embeddings.word_embeddings.weight"][id * Hidden + i]
            + tensors["embeddings.position_embeddings.weight"][position * Hidden + i]
            + tensors["embeddings.token_type_embeddings.weight"][i])])).ToArray();
        for (var layer = 0; layer < Layers; layer++)
        {
            var name = $"encoder.layer.{layer}";
            var mixed = Attention($"{name}.attention.self", x);
            x = [.. x.Zip(mixed, (before, token) => Norm(
                $"{name}.attention.output.LayerNorm", Sum(Dense($"{name}.attention.output.dense", token), before)))];
            x = [.. x.Select(token => Norm($"{name}.output.LayerNorm", Sum(
                Dense(
                    $"{name}.output.dense",
                    [.. Dense($"{name}.intermediate.dense", token).Select(Gelu)]), token)))];
        }
        return x;
    }

    private double[][] Attention(string name, double[][] x)
    {
        const int Width = Hidden / Heads;
        var (query, key, value) = (All("query"), All("key"), All("value"));
        var mixed = x.Select(_ => new double[Hidden]).ToArray();
        for (var head = 0; head < Heads; head++)
            for (var token = 0; token < x.Length; token++)
            {
                var scores = key.Select(other => Enumerable.Range(head * Width, Width)
                    .Sum(i => query[token][i] * other[i]) / Math.Sqrt(Width)).ToArray();
                var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
                for (var i = head * Width; i < (head + 1) * Width; i++)
                    mixed[token][i] = weights.Zip(value, (weight, other) => weight * other[i]).Sum() / weights.Sum();
            }
        return mixed;

        double[][] All(string part) => [.. x.Select(token => Dense($"{name}.{part}", token))];
    }

    private double[] Dense(string name, double[] x) =>
        Linear(tensors[$"{name}.weight"], tensors[$"{name}.bias"], x);

    /// <summary>W·x + b; W is [outputs, inputs].</summary>
    public static double[] Linear(double[] weights, double[] bias, double[] x) =>
        [.. bias.Select((b, output) => b + x.Select((value, i) => value * weights[output * x.Length + i]).Sum())];

    private double[] Norm(string name, double[] x)
    {
        var mean = x.Average();
        var deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + 1e-12);
        return [.. x.Select((value, i) =>
            (value - mean) / deviation * tensors[$"{name}.weight"][i] + tensors[$"{name}.bias"][i])];
    }

    /// <summary>x·Φ(x), Φ by Simpson's rule on the normal density from 0.</summary>
    public static double Gelu(double x)
    {
        const int Steps = 100;
        var width = x / Steps;
        var sum = 0.0;
        for (var i = 0; i <= Steps; i++)
            sum += Math.Exp(-i * width * i * width / 2) * (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2);
        return x * (0.5 + sum * width / 3 / Math.Sqrt(2 * Math.PI));
    }

    private static double[] Sum(double[] one, double[] other) => [.. one.Zip(other, (a, b) => a + b)];
}
