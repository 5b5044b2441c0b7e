using System.Text;
using NJsonSchema;

namespace Worker.Testing;

/// <summary>A JSON Schema of docs/schemas, for checking what the product writes.</summary>
internal sealed class Contract
{
    public static readonly Contract Result = new("result");
    public static readonly Contract Review = new("review");
    public static readonly Contract Head = new("head");
    public static readonly Contract Label = new("label");
    public static readonly Contract AnomalyManifest = new("anomaly-manifest");

    private readonly JsonSchema schema;

    private Contract(string name) => schema = JsonSchema.FromJsonAsync(
        File.ReadAllText(
            Path.Combine(Repository.Root, "docs", "schemas", $"{name}.schema.json"))).GetAwaiter().GetResult();

    /// <summary>What is wrong with a record; empty if nothing is.</summary>
    public IReadOnlyList<string> Problems(ReadOnlySpan<byte> json) =>
        [.. schema.Validate(Encoding.UTF8.GetString(json)).Select(error => error.ToString())];
}
