namespace Worker.Bench;

/// <summary>What the processor is, as far as speed depends on it.</summary>
internal static class Processor
{
    private const string Facts = "/proc/cpuinfo";

    /// <summary>Model, cores, AVX-512 and VNNI; without the model where the system does not say it.</summary>
    public static string Describe()
    {
        var lines = File.Exists(Facts) ? File.ReadAllLines(Facts) : [];
        var flags = Value("flags").Split(' ');
        return $"{Value("model name")}, {Environment.ProcessorCount} processors, AVX-512 {Has("avx512f")}, VNNI " +
            $"{Has("avx512_vnni", "avx_vnni")}";

        string Value(string name) => Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal))
            ?.Split(':', 2)[1].Trim() ?? "unknown";

        string Has(params string[] names) => lines.Length == 0 ? "unknown" : names.Any(flags.Contains) ? "yes" : "no";
    }
}
