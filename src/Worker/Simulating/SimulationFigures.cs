using System.Text.Json;
using System.Text.Json.Serialization;
using Worker.Learner;

namespace Worker.Simulating;

/// <summary>A simulation as a table and as JSON: means over the repetitions.</summary>
internal static class SimulationFigures
{
    /// <summary>Plain text that fits 80 columns.</summary>
    public static void Write(TextWriter output, SimulationResult result)
    {
        output.WriteLine($"{result.Seeds.Count} repetitions: {result.Pool} texts to ask about, {result.Test} to " +
            $"measure on, {result.Labels} labels");
        output.WriteLine($"{"answers",8} {"macro F1",16} {"by chance",16} {"to review",10} {"certified",10}");
        foreach (var round in Rounds(result))
            output.WriteLine(
                $"{round.Answers,8} {MeanAndSigma(round.Asked),16} {MeanAndSigma(round.Random),16} " +
                $"{Percent(round.Asked.Average(one => one.ReviewShare)),10} " +
                Percent(round.Asked.Average(one => one.CertifiedShare)).PadLeft(10));
        output.WriteLine($"all {result.Pool} answered: macro F1 {result.AllMacroF1:F3}; fitted anew to the last " +
            $"round's answers: {result.Seeds.Average(seed => seed.Asked.FreshMacroF1):F3}");
        var promotions = result.Seeds.SelectMany(seed => seed.Asked.Promotions).ToList();
        output.WriteLine(promotions.Count == 0
            ? "no head took another one's place"
            : $"{promotions.Count} heads took another one's place, F1 {promotions.Average(one => one.Before):F3} -> " +
                $"{promotions.Average(one => one.After):F3} on average; " +
                $"{result.Seeds.Sum(seed => seed.Asked.Kept)} stayed challengers, " +
                $"{result.Seeds.Sum(seed => seed.Asked.Dropped)} were dropped");
        if (Refits(result) is { } refits)
            output.WriteLine(refits);
        var bars = result.Seeds.SelectMany(seed => seed.Asked.FailedBars).GroupBy(bar => bar.Key, bar => bar.Value)
            .Select(bar => $"{bar.Key} {bar.Sum()}").ToList();
        if (bars.Count > 0)
            output.WriteLine($"bars that stopped them: {string.Join(", ", bars)}");
        output.WriteLine("mean ±2 standard deviations; macro F1 over all labels, one without a head counts 0");
    }

    /// <summary>{"method", "rounds": [...], "all": {"macro_f1"}, "fresh": {"macro_f1"}, "promotions": {...}}.</summary>
    public static void WriteJson(Stream output, SimulationResult result)
    {
        var promotions = result.Seeds.SelectMany(seed => seed.Asked.Promotions).ToList();
        JsonSerializer.Serialize(output, new SimulationRecord(
            [.. Rounds(result).Select(round => new RoundRecord(
                round.Answers, round.Asked.Average(one => one.MacroF1), round.Random.Average(one => one.MacroF1),
                round.Asked.Average(one => one.ReviewShare), round.Asked.Average(one => one.CertifiedShare)))],
            new MacroRecord(result.AllMacroF1),
            new MacroRecord(result.Seeds.Average(seed => seed.Asked.FreshMacroF1)),
            new PromotionsRecord(
                promotions.Count, promotions.Count == 0 ? 0 : promotions.Average(one => one.After - one.Before),
                result.Seeds.Sum(seed => seed.Asked.Kept), result.Seeds.Sum(seed => seed.Asked.Dropped)),
            result.Seeds.Count)
        {
            Method = $"{result.Method}",
        }, SimulationContext.Readable.SimulationRecord);
    }

    /// <summary>How many heads were not made by the method that was asked for; null for a refit, which always can be.
    /// </summary>
    private static string? Refits(SimulationResult result)
    {
        var successors = result.Seeds.Sum(seed => seed.Asked.Successors);
        if (result.Method == LearningMethod.Refit || successors == 0)
            return null;
        var reasons = result.Seeds.SelectMany(seed => seed.Asked.Refits).GroupBy(one => one.Key, one => one.Value)
            .Select(one => (Reason: one.Key, Count: one.Sum())).OrderByDescending(one => one.Count).ToList();
        var refits = reasons.Sum(one => one.Count);
        return $"{result.Method} made {successors - refits} of {successors} heads that had one before them" +
            (refits == 0 ? "" : $"; refits in its place: {refits}, {reasons[0].Count} since {reasons[0].Reason}");
    }

    private static IEnumerable<(int Answers, RoundFigures[] Asked, RoundFigures[] Random)> Rounds(
        SimulationResult result) =>
        Enumerable.Range(0, result.Seeds[0].Asked.Rounds.Count).Select(i => (
            result.Seeds[0].Asked.Rounds[i].Answers,
            result.Seeds.Select(seed => seed.Asked.Rounds[i]).ToArray(),
            result.Seeds.Select(seed => seed.Random.Rounds[i]).ToArray()));

    private static string Percent(double share) => $"{100 * share:F1}%";

    private static string MeanAndSigma(RoundFigures[] rounds)
    {
        var mean = rounds.Average(one => one.MacroF1);
        var variance = rounds.Length < 2 ? 0
            : rounds.Sum(one => (one.MacroF1 - mean) * (one.MacroF1 - mean)) / (rounds.Length - 1);
        return $"{mean:F3} ±{2 * Math.Sqrt(variance):F3}";
    }
}

/// <summary>A simulation as JSON.</summary>
internal sealed record SimulationRecord(
    IReadOnlyList<RoundRecord> Rounds, MacroRecord All, MacroRecord Fresh, PromotionsRecord Promotions, int Seeds)
{
    /// <summary>How heads with one before them were made.</summary>
    [JsonPropertyOrder(-1)]
    public required string Method { get; init; }
}

/// <summary>One round, mean over the repetitions.</summary>
internal sealed record RoundRecord(
    int Answers, double MacroF1, double MacroF1Random, double ReviewShare, double CertifiedShare);

/// <summary>Macro-F1 of something.</summary>
internal sealed record MacroRecord(double MacroF1);

/// <summary>Heads that took another one's place, and those that did not.</summary>
internal sealed record PromotionsRecord(int Count, double MeanF1Gain, int Kept, int Dropped);

/// <summary>Source-generated serialiser of <see cref="SimulationRecord"/>.</summary>
[JsonSerializable(typeof(SimulationRecord))]
internal sealed partial class SimulationContext : JsonSerializerContext
{
    public static SimulationContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = new SnakeCase(),
        WriteIndented = true,
    });

    /// <summary>.NET's own makes "macro_f1_random" of neither spelling: it takes the digit for a word.</summary>
    private sealed class SnakeCase : JsonNamingPolicy
    {
        public override string ConvertName(string name) =>
            SnakeCaseLower.ConvertName(name).Replace("f_1", "f1", StringComparison.Ordinal);
    }
}
