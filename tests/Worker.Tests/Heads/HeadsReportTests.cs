using System.Text.Json;
using Worker.Core.Heads;
using Worker.Heads;
using Worker.Terminal;
using static Worker.Tests.Heads.MadeTopic;

namespace Worker.Tests.Heads;

/// <summary>How people and programs see the heads on a topic.</summary>
public class HeadsReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    private static Head Certified => Head("spam", 12) with
    {
        Thresholds = new(0.25, 0.5, 0.75),
        Calibration = new(0.9, 0.1),
        Group = "topic",
        Certificate = new(
            0.05, 0.05, Now.AddDays(-10), Now.AddDays(90), CertificateOrigin.Audit, new(2000, 130, 2), null),
        Training = new(612, 4041, 0.97, 0.03),
        Parent = 11,
    };

    [Fact]
    public void The_table_has_a_line_a_label_within_80_columns()
    {
        var expired = Certified with { Label = "old", Certificate = Certified.Certificate! with { Expires = Now } };
        var topic =
            MadeTopic.Of(null, Record(Certified), Record(expired),
                Record(Head(new string('x', 60)) with { Group = new string('g', 40) }),
            ("no head", [1]), Record(Head("日本語のラベルはとても長いことがある") with { Encoder = "91bc0000000" }), Record(
                Head("tab\tand\nline")), Record(Head("was")), Gone("was"));
        var lines = Written(table => table.WriteTable(topic));
        Assert.All(lines, line => Assert.True(TextColumns.Width(line) < 80, line));
        Assert.Equal("spam                   12 2026-11-21 08:00  0.500 yes       182ab7f… topic",
            Assert.Single(lines, line => line.StartsWith("spam", StringComparison.Ordinal)));
        Assert.Contains("expired", Assert.Single(lines, line => line.StartsWith("old", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Contains("?", Assert.Single(lines, line => line.StartsWith("no head", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Contains("6 labels", lines);
        Assert.Contains(lines, line => line.StartsWith("heads of 2 encoders", StringComparison.Ordinal));

        var plain = Written(table => table.WritePlain(topic));
        Assert.Equal(6, plain.Length);
        Assert.All(plain, line => Assert.Equal(7, line.Split('\t').Length));
        Assert.Contains($"spam\t12\t2026-11-21T08:00:00Z\t0.500\tyes\t{Encoder}\ttopic", plain);

        var json = Written(table => table.WriteJson(topic)).Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        Assert.Equal(6, json.Count);
        Assert.Contains("tab\tand\nline", json.Select(one => one.GetProperty("label").GetString()));
        var spam = json.Single(one => one.GetProperty("label").GetString() == "spam");
        Assert.Equal(
            (12, "topic", true), (spam.GetProperty("version").GetInt32(), spam.GetProperty("group").GetString(),
            spam.GetProperty("certificate").GetProperty("holds").GetBoolean()));
        Assert.Contains(
            "malformed", json.Single(one => one.GetProperty("label").GetString() == "no head").GetProperty("problem")
                .GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_is_told_in_words()
    {
        var topic = MadeTopic.Of("spam", Record(Certified with { Version = 11, Bias = 1 }), Record(Certified));
        var text = string.Join('\n', HeadDescription.Lines(topic.Find("spam")!, topic, Now));
        Assert.All(text.Split('\n'), line => Assert.True(line.Length < 80, line));
        foreach (var part in (string[])["spam, version 12", "yes from p = 0.500",
            "0.250 to 0.750: not certified between", "yes from 0.750: 2 wrong of 130 decided of 2,000 texts",
            "95% certainty", "Platt, slope 0.900, intercept 0.100",
            "topic: exactly one", Encoder, "2 floats, length 5.000, bias 0.000", "612 texts with the label",
            "version 11", "v11 (2026-11-21 08:00)", "v12 (in use since 2026-11-21 08:01)"])
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.DoesNotContain("expired", text, StringComparison.Ordinal);
        Assert.Contains(
            "expired", string.Join(
                '\n', HeadDescription.Lines(topic.Find("spam")!, topic, Now.AddYears(1))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_names_what_is_new_gone_and_changed_and_how()
    {
        var topic = MadeTopic.Of(Certified, Head("same", 4), Head("gone"));
        Head[] file =
        [
            Head("same"), Head("new"),
            Certified with
            {
                Version = 1,
                Weights = [4, 3],
                Thresholds = new(0.25, 0.4, 0.9),
                Calibration = new(0.9, 1.1),
                Certificate = null,
            },
        ];
        var comparison = new HeadsComparison("topic 'heads'", topic.Heads, "new.jsonl", file) { Topic = topic };
        Assert.Equal(
        [
            "topic 'heads': 3 heads; new.jsonl: 3",
            "1 the same, 1 changed, 1 new, 1 gone",
            "new      new",
            "gone     gone",
            "         (stay in use: publishing retires no label, 'worker heads retire LABEL' does)",
            "changed  spam",
            "  version      v12 → v1, would be published as v13",
            "  weights      cosine 0.9600, length 5.000 → 5.000, distance 1.414",
            "  threshold    0.500 → 0.400",
            "  band         0.250 to 0.750 → 0.250 to 0.900",
            "  calibration  Platt, slope 0.900, intercept 0.100 → Platt, slope 0.900,",
            "               intercept 1.100; moves p by up to 0.245",
            "  certificate  yes, 5% wrong at most, audit, 2026-11-21, until 2027-03-01 →",
            "               none",
        ], comparison.Lines());
        using var json = new StringWriter();
        comparison.WriteJson(json);
        var states = json.ToString().TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(one => one.GetProperty("label").GetString()!);
        Assert.Equal(
            "gone new same changed", string.Join(
                ' ', states.Values.Select(one => one.GetProperty("state").GetString())));
        Assert.Equal(
            (13, 0.96), (states["spam"].GetProperty("published_as").GetInt32(),
            states["spam"].GetProperty("cosine").GetDouble()));
        Assert.Equal("yes, 5% wrong at most, audit, 2026-11-21, until 2027-03-01 → none",
            states["spam"].GetProperty("changes").GetProperty("certificate").GetString());
    }

    [Fact]
    public void Of_two_files_nothing_is_said_about_publishing()
    {
        var text = string.Join(
            '\n', new HeadsComparison("a.jsonl", [Head("a"), Head("b")], "b.jsonl", [Head("a", 2, bias: 1)]).Lines());
        Assert.Contains("v1 → v2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("publish", text, StringComparison.Ordinal);
    }

    private static string[] Written(Action<HeadsTable> write)
    {
        using var output = new StringWriter();
        write(new HeadsTable(output, Now));
        return output.ToString().TrimEnd('\n').Split('\n');
    }
}
