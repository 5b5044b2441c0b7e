using System.Text.Json;
using CsvHelper;

namespace Worker.Tests.Pipeline;

/// <summary>
/// Every text has exactly one intent: heads are trained, messages streamed, and each message's single yes compared with
/// its true label.
/// </summary>
public class ExclusiveLabelsTests(TinyModel model, ITestOutputHelper output)
{
    private const int Intents = 10;
    private const int Each = 40;

    [Fact]
    public async Task Ten_intents_of_forty_examples_get_one_yes_each_and_nearly_all_the_right_one()
    {
        using var folder = Repository.Temporary();
        var train = Rows("train").GroupBy(row => row.Intent, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal).Take(Intents).SelectMany(group => group.Take(Each))
                .ToList();
        var known = train.Select(row => row.Intent).ToHashSet(StringComparer.Ordinal);
        var test = Rows("test").Where(row => known.Contains(row.Intent)).ToList();
        Assert.Equal((Intents * Each, 400), (train.Count, test.Count));
        File.WriteAllLines(
            folder.File("train.jsonl"), train.Select(row =>
                JsonSerializer.Serialize(new { text = row.Text, labels = new[] { row.Intent } })));
        var bundle = Path.Combine(Repository.MiniLm, "bundle");
        var (code, said, errors) = WorkerProcess.Run(
            "", "train", "--data", folder.File("train.jsonl"), "--model", bundle, "--out", folder.File("heads.jsonl"));
        Assert.True(code == 0, errors);
        Assert.Contains("exactly one", said + errors, StringComparison.Ordinal);

        await using var worker = await RunningWorker.Start(model, [], options =>
        {
            (options.Encoder.Bundle, options.Encoder.Precision) = (bundle, "f32");
            (options.Heads.Source, options.Heads.File) = (Worker.Hosting.HeadsSource.File, folder.File("heads.jsonl"));
            options.Results.Echo = "/row";
        });
        worker.Send([.. test.Select((row, i) => JsonSerializer.Serialize(new { text = row.Text, row = i }))]);
        var results = worker.ReadUntil(read => read.Count(r => r.Topic == "results") >= test.Count)
            .Where(r => r.Topic == "results").Select(RunningWorker.Json).ToList();
        var right = results.Count(result =>
            Yes(result).Single() == test[result.GetProperty("echo").GetProperty("/row").GetInt32()].Intent);
        var sure = results.Where(result => result.GetProperty("uncertain").GetInt32() == 0).ToList();
        output.WriteLine($"{right} of {test.Count} with the right label as their one yes; {sure.Count} without an " +
            $"uncertain label; {results.Count(result => result.TryGetProperty("review", out _))} to people; " +
            $"decisions {string.Join(", ", results.CountBy(result => result.GetProperty("decision").GetString()!))}");
        Assert.True(right >= 390, $"only {right} of {test.Count}");
        Assert.True(sure.Count >= 300, $"only {sure.Count} of {test.Count} without an uncertain label");
    }

    private static IEnumerable<string> Yes(JsonElement result) =>
        result.GetProperty("labels").EnumerateObject().Where(label =>
            label.Value.GetProperty("decision").ValueEquals("yes"u8)).Select(label => label.Name);

    private static List<(string Text, string Intent)> Rows(string part)
    {
        using var csv = CsvReader.FromFile(
            Repository.Shared("data", "banking77", part + ".csv"), new CsvReaderOptions { Separator = ',' });
        var rows = new List<(string, string)>();
        while (csv.Read())
            rows.Add((csv.GetString("text"), csv.GetString("category")));
        return rows;
    }
}
