using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CsvHelper;
using FsCheck;
using FsCheck.Fluent;
using Parquet;
using Parquet.Serialization;
using Worker.Learning.Reading;

namespace Worker.Learning.Tests.Reading;

/// <summary>The same examples, in every format, are read the same.</summary>
public class RoundTripTests
{
    private static readonly string[] Formats = ["jsonl", "json", ",", ";", "\t", "|", "parquet"];

    [Fact]
    public void Any_texts_and_labels_come_back_from_every_format()
    {
        var letters = Gen.Elements(
            "a", "b", " ", ",", ";", "\t", "|", "\"", "\n", "\r\n", "'", "ü", "😀", "{", "[", "=", "\\", "<");
        var text = Gen.ArrayOf(letters).Where(parts => parts.Length < 40).Select(string.Concat)
            // A row of one empty field is a blank line, and a line break alone ends a row of any file.
            .Select(all => "x" + all + "x");
        var label = Gen.Elements("refund", "late delivery", "ça", "3");
        var row = from t in text from l in label select new Row { text = t, label = l };
        var rows = Gen.NonEmptyListOf(row);
        Prop.ForAll(rows.ToArbitrary(), Gen.Elements(Formats).ToArbitrary(), ArbMap.Default.ArbFor<bool>(),
            (all, format, gzip) =>
            {
                using var folder = Repository.Temporary();
                var bytes = Write([.. all], format);
                File.WriteAllBytes(folder.File("data"), gzip ? Packed(bytes) : bytes);
                var read = ExampleFile.ReadAll(folder.File("data")).ToList();
                Assert.Equal(all.Select(r => r.text), read.Select(example => example.Text));
                Assert.Equal(all.Select(r => r.label), read.Select(example => Assert.Single(example.Labels).Key));
                Assert.Equal(all.Select(r => r.text), TextFile.Read(folder.File("data")));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Fact]
    public async Task Parquet_has_lists_maps_numbers_and_nulls_over_several_row_groups()
    {
        using var folder = Repository.Temporary();
        Nested[] rows =
        [
            new() { body = "a", labels = ["spam", "angry"] }, new() { body = null, labels = [] }, new()
            {
                body = "c",
                labels = null,
            },
        ];
        await ParquetSerializer.SerializeAsync(rows, folder.File("data"), new ParquetOptions { RowGroupSize = 1 });
        var read = ExampleFile.ReadAll(folder.File("data"), new ReadingOptions { TextColumns = ["body"] }).ToList();
        Assert.Equal(["a", "", "c"], read.Select(example => example.Text));
        Assert.Equal(["angry", "spam"], read[0].Labels.Keys.Order(StringComparer.Ordinal));
        // A missing list is read as an empty list.
        Assert.All(read, example => Assert.True(example.Closed));
        Assert.Empty(read[1].Labels);
        Assert.Empty(read[2].Labels);

        Answered[] answered = [new() { text = "a", spam = true, angry = 0 },
            new() { text = "b", spam = null, angry = 1 }];
        await ParquetSerializer.SerializeAsync(answered, folder.File("answered.parquet"));
        var columns = ExampleFile.Read(
            folder.File("answered.parquet"), new ReadingOptions { LabelColumns = ["spam", "angry"] });
        Assert.Equal(
            [0, 1, 1, -1], new[]
            {
                columns.Answers[0, 0], columns.Answers[0, 1], columns.Answers[1, 0], columns.Answers[1, 1],
            }.Select(a => (int)a));
    }

    private static byte[] Write(Row[] rows, string format)
    {
        using var stream = new MemoryStream();
        if (format == "parquet")
        {
            ParquetSerializer.SerializeAsync(rows, stream).GetAwaiter().GetResult();
            return stream.ToArray();
        }
        if (format is "jsonl" or "json")
            return Encoding.UTF8.GetBytes(
                format == "json"
                    ? JsonSerializer.Serialize(rows)
                    : string.Join('\n', rows.Select(row => JsonSerializer.Serialize(row))));
        using (var csv = CsvWriter.Create(new StreamWriter(stream), new CsvWriterOptions { Separator = format[0] }))
        {
            csv.WriteHeader(["text", "label"]);
            foreach (var row in rows)
            {
                csv.WriteField(row.text);
                csv.WriteField(row.label);
                csv.EndRecord();
            }
        }
        return stream.ToArray();
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    // Names as columns have them.
#pragma warning disable IDE1006, CA1034
    public sealed class Row
    {
        public string text { get; set; } = "";

        public string label { get; set; } = "";
    }

    public sealed class Nested
    {
        public string? body { get; set; }

        public List<string>? labels { get; set; }
    }

    public sealed class Answered
    {
        public string text { get; set; } = "";

        public bool? spam { get; set; }

        public int angry { get; set; }
    }
#pragma warning restore IDE1006, CA1034
}
