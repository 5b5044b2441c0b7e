using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Messages;

namespace Worker.Core.Tests.Messages;

public class TextDecoderTests
{
    [Theory]
    [InlineData(InputFormat.Auto, "hello", "hello")]
    [InlineData(InputFormat.Auto, "", "")]
    [InlineData(InputFormat.Auto, "{lol", "{lol")]
    [InlineData(InputFormat.Auto, " {\"text\": \"a \\u00e9 \\n\"}", "a é \n")]
    [InlineData(InputFormat.Auto, "{\"meta\":{\"text\":1},\"text\":\"x\",\"more\":[1,{}]}", "x")]
    [InlineData(InputFormat.Text, "{\"text\": \"a\"}", "{\"text\": \"a\"}")]
    [InlineData(InputFormat.Json, "{\"text\":\"\"}", "")]
    public void Finds_the_text(InputFormat format, string value, string expected) =>
        Assert.Equal(expected, Decode(new InputOptions { Format = format }, value));

    [Theory]
    [InlineData("/data/body", "{\"data\":{\"x\":[],\"body\":\"b\"}}", "b")]
    [InlineData("/items/1/t", "{\"items\":[{\"t\":\"a\"},{\"t\":\"b\"}]}", "b")]
    [InlineData("/a~1b/m~0n", "{\"a/b\":{\"m~n\":\"c\"}}", "c")]
    public void Follows_a_json_pointer(string pointer, string value, string expected) =>
        Assert.Equal(expected, Decode(new InputOptions { Format = InputFormat.Json, TextPointer = pointer }, value));

    [Theory]
    [InlineData(InputFormat.Json, "plain", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "{\"text\":\"a\"", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "{\"text\":\"\\ud800\"}", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Auto, "{\"body\":\"a\"}", FailureKind.MissingText)]
    [InlineData(InputFormat.Auto, "{\"text\":{\"text\":\"a\"}}", FailureKind.TextNotString)]
    [InlineData(InputFormat.Auto, "{\"text\":null}", FailureKind.TextNotString)]
    [InlineData(InputFormat.Json, "{\"text\":[\"a\"]}", FailureKind.TextNotString)]
    [InlineData(InputFormat.Json, "{\"text\":\"a\",\"text\":7}", FailureKind.TextNotString)]
    [InlineData(InputFormat.Json, "{\"Text\":\"a\"}", FailureKind.MissingText)]
    [InlineData(InputFormat.Json, "[\"a\"]", FailureKind.MissingText)]
    [InlineData(InputFormat.Json, "\"a\"", FailureKind.MissingText)]
    [InlineData(InputFormat.Json, "{\"text\":\"a\",}", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "{\"text\":\"a\"}{\"text\":\"b\"}", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "{\"text\":\"a\"/*why*/}", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "{'text':'a'}", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "{\"text\":NaN}", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "{\"text\":\"a\u0001b\"}", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "{\"text\":\"\\udc00\\ud800\"}", FailureKind.InvalidJson)]
    [InlineData(InputFormat.Json, "{\"\\ud800\":1}", FailureKind.MissingText)]
    [InlineData(InputFormat.Json, "\uFEFF", FailureKind.InvalidJson)]
    public void Says_what_is_wrong(InputFormat format, string value, FailureKind expected)
    {
        var failure = new TextDecoder(new InputOptions { Format = format })
            .Decode(Encoding.UTF8.GetBytes(value), out _);
        Assert.Equal(expected, failure?.Kind);
    }

    [Theory]
    [InlineData(InputFormat.Auto, "\uFEFFhello", "hello")]
    [InlineData(InputFormat.Auto, "\uFEFF{\"text\":\"a\"}", "a")]
    [InlineData(InputFormat.Json, "\uFEFF {\"text\":\"a\"}", "a")]
    [InlineData(InputFormat.Json, "{\"text\":\"a\\u0000b\"}", "a\0b")]
    [InlineData(InputFormat.Auto, "a\0b\u0007", "a\0b\u0007")]
    [InlineData(InputFormat.Json, "{\"te\\u0078t\":\"a\"}", "a")]
    [InlineData(InputFormat.Json, "{\"text\":\"a\",\"text\":\"b\"}", "b")]
    [InlineData(InputFormat.Json, "{\"text\":{},\"text\":\"b\"}", "b")]
    [InlineData(InputFormat.Json, "{\"text\":\"\\ud800\",\"text\":\"b\"}", "b")]
    [InlineData(InputFormat.Json, "{\"\\ud800\":1,\"text\":\"b\"}", "b")]
    public void What_looks_odd_but_is_valid_is_read_as_other_parsers_read_it(
        InputFormat format, string value, string expected) =>
        Assert.Equal(expected, Decode(new InputOptions { Format = format }, value));

    [Fact]
    public void Of_equal_names_on_the_way_to_the_text_the_last_counts_even_where_it_has_no_text()
    {
        var decoder = new TextDecoder(new InputOptions { Format = InputFormat.Json, TextPointer = "/data/0/body" });
        Assert.Equal(
            FailureKind.MissingText, decoder.Decode(
                """{"data":[{"body":"a"}],"data":[{}]}"""u8.ToArray(), out _)?.Kind);
        Assert.Null(
            decoder.Decode("""{"data":[],"data":[{"body":"a","body":"b"},{"body":"c"}]}"""u8.ToArray(), out var text));
        Assert.Equal("b", Encoding.UTF8.GetString(text));
    }

    [Theory]
    [InlineData("{\"text\":\"where is my refund\",\"score\":NaN}")]
    [InlineData("{\"text\":\"where is my ref")]
    [InlineData("{\"text\":\"where is my refund\",}")]
    [InlineData("{\"text\":\"where is my refund\"}\n{\"text\":\"the parcel is late\"}")]
    [InlineData("\"{\\\"text\\\":\\\"where is my refund\\\"}\"")]
    [InlineData("[{\"text\":\"where is my refund\"")]
    public void What_begins_like_json_and_is_not_is_dead_lettered_or_scored_as_it_stands_and_told_once(string value)
    {
        var failure = new TextDecoder(new InputOptions()).Decode(Encoding.UTF8.GetBytes(value), out _);
        Assert.Equal(FailureKind.InvalidJson, failure?.Kind);
        Assert.Contains("Input:BrokenJson", failure!.Reason, StringComparison.Ordinal);
        var said = new List<string>();
        var decoder = new TextDecoder(new InputOptions { BrokenJson = BrokenJson.Score }, said.Add);
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(decoder.Decode(Encoding.UTF8.GetBytes(value), out var text));
            Assert.Equal(value, Encoding.UTF8.GetString(text));
        }
        Assert.Equal(3, decoder.BrokenScored);
        Assert.Contains("whole value is scored", Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal(value, Decode(new InputOptions { Format = InputFormat.Text }, value));
    }

    [Theory]
    [InlineData("{sigh} where is my refund", "{sigh} where is my refund")]
    [InlineData("[urgent] please", "[urgent] please")]
    [InlineData("{", "{")]
    [InlineData("\"where is my refund\"", "where is my refund")]
    [InlineData("\"quick\" they said", "\"quick\" they said")]
    [InlineData("\"", "\"")]
    public void Texts_with_braces_and_quotes_stay_texts_and_a_json_string_is_what_it_holds(
        string value, string expected) =>
        Assert.Equal(expected, Decode(new InputOptions(), value));

    [Theory]
    [InlineData("{\"specversion\":\"1.0\",\"data\":\"where is my refund\"}", "where is my refund")]
    [InlineData("{\"specversion\":\"1.0\",\"data\":{\"text\":\"where is my refund\"}}", "where is my refund")]
    [InlineData("{\"specversion\":\"1.0\",\"data_base64\":\"d2hlcmUgaXMgbXkgcmVmdW5k\"}", "where is my refund")]
    [InlineData("{\"specversion\":\"1.0\",\"data\":null,\"data_base64\":\"eyJ0ZXh0IjoiYSJ9\"}", "a")]
    [InlineData("{\"specversion\":\"1.0\",\"text\":\"beside\",\"data\":\"within\"}", "beside")]
    public void A_structured_cloud_event_is_known_without_a_pointer(string value, string expected)
    {
        Assert.Equal(expected, Decode(new InputOptions(), value));
        Assert.Equal(expected, Decode(new InputOptions { Format = InputFormat.Json }, value));
    }

    [Theory]
    [InlineData("{\"specversion\":\"1.0\"}", FailureKind.MissingText, "no data")]
    [InlineData("{\"specversion\":\"1.0\",\"data\":7}", FailureKind.MissingText, "/data/text")]
    [InlineData("{\"specversion\":\"1.0\",\"data\":{\"body\":\"a\"}}", FailureKind.MissingText, "/data/text")]
    [InlineData("{\"specversion\":\"1.0\",\"data_base64\":7}", FailureKind.TextNotString, "/data_base64")]
    [InlineData("{\"specversion\":\"1.0\",\"data_base64\":\"???\"}", FailureKind.InvalidJson, "base64")]
    [InlineData("{\"specversion\":\"1.0\",\"data_base64\":\"/w==\"}", FailureKind.InvalidUtf8, "UTF-8")]
    public void An_event_without_a_text_says_where_it_was_looked_for(string value, FailureKind kind, string named)
    {
        var failure = new TextDecoder(new InputOptions()).Decode(Encoding.UTF8.GetBytes(value), out _);
        Assert.Equal(kind, failure?.Kind);
        Assert.Contains(named, failure!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registrys_frame_comes_off_json_with_one_line_and_anything_else_in_it_is_named()
    {
        var said = new List<string>();
        var decoder = new TextDecoder(new InputOptions(), said.Add);
        foreach (var schema in new byte[] { 7, 200 })
        {
            Assert.Null(
                decoder.Decode(
                    [0, 0, 0, 0, schema, .. """{"text":"where is my refund","customer":"x"}"""u8], out var text));
            Assert.Equal("where is my refund", Encoding.UTF8.GetString(text));
        }
        Assert.Equal(2, decoder.FramesTakenOff);
        Assert.Contains("schema 7", Assert.Single(said), StringComparison.Ordinal);
        // Avro's string, also one whose length looks like a quote; Protobuf.
        foreach (var payload in new byte[][]
        {
            [.. "$where is my refund"u8], [.. "\"where is my money"u8], [0, 0x0A, 3, (byte)'a', (byte)'b', (byte)'c'],
            [0xFF],
        })
            foreach (var format in Enum.GetValues<InputFormat>())
            {
                var failure = new TextDecoder(new InputOptions { Format = format })
                    .Decode([0, 0, 0, 1, 44, .. payload], out _);
                Assert.Equal(FailureKind.SchemaRegistryFrame, failure?.Kind);
                Assert.Contains("schema 300", failure!.Reason, StringComparison.Ordinal);
            }
        // Too short for a frame, or not a number: an ordinary text.
        Assert.Null(new TextDecoder(new InputOptions()).Decode([0, 0, 0, 0, 7], out _));
        Assert.Null(new TextDecoder(new InputOptions()).Decode([0, 0, 0, 0, 0, (byte)'a'], out _));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("-1")]
    [InlineData("1e0")]
    [InlineData("99999999999999")]
    public void What_is_no_array_index_finds_nothing(string index) =>
        Assert.Equal(
            FailureKind.MissingText, new TextDecoder(
                new InputOptions
                {
                    Format = InputFormat.Json,
                    TextPointer = $"/{index}",
                }).Decode("[\"a\",\"b\"]"u8.ToArray(), out _)?.Kind);

    [Fact]
    public void Nesting_of_any_depth_costs_no_stack()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 500_000)) + string.Concat(Enumerable.Repeat("]", 500_000));
        foreach (var format in new[] { InputFormat.Auto, InputFormat.Json })
        {
            Assert.Equal("a", Decode(new InputOptions { Format = format }, $"{{\"deep\":{deep},\"text\":\"a\"}}"));
            Assert.Equal(
                FailureKind.TextNotString, new TextDecoder(new InputOptions { Format = format })
                    .Decode(Encoding.UTF8.GetBytes($"{{\"text\":{deep}}}"), out _)?.Kind);
        }
        Assert.Equal(
            FailureKind.InvalidJson, new TextDecoder(new InputOptions { Format = InputFormat.Json })
                .Decode(Encoding.UTF8.GetBytes(new string('[', 500_000)), out _)?.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\u00a0\u3000")]
    public void Empty_texts_are_dead_lettered_by_option(string value)
    {
        Assert.Null(new TextDecoder(new InputOptions()).Decode(Encoding.UTF8.GetBytes(value), out _));
        Assert.Equal(
            FailureKind.EmptyText, new TextDecoder(new InputOptions { EmptyText = EmptyText.DeadLetter })
                .Decode(Encoding.UTF8.GetBytes(value), out _)?.Kind);
    }

    [Fact]
    public void Any_bytes_at_all_end_as_a_text_or_a_failure_and_never_as_an_exception()
    {
        var bytes = Gen.Elements("{\"text\":\"a\"}", "\\ud800", "{", "}", "[", "\"", ":", ",", "text", "null", "\uFEFF",
            "1", " ").Select(Encoding.UTF8.GetBytes);
        var noise = Gen.Choose(0, 255).Select(b => new[] { (byte)b });
        var values = Gen.OneOf(bytes, bytes, bytes, noise).ListOf().Select(parts => parts.SelectMany(p => p).ToArray());
        foreach (var format in Enum.GetValues<InputFormat>())
        {
            var decoder = new TextDecoder(new InputOptions { Format = format });
            Prop.ForAll(values.ToArbitrary(), value =>
            {
                var failure = decoder.Decode(value, out var text);
                return failure is not null
                    || Encoding.UTF8.GetString(text).EnumerateRunes().All(
                        r => r.Value != 0xFFFD
                        || Encoding.UTF8.GetString(value).Contains('\uFFFD', StringComparison.Ordinal));
            }).QuickCheckThrowOnFailure();
        }
    }

    [Theory]
    [InlineData("hello", 10, "hello")]
    [InlineData("hello", 3, "hel")]
    [InlineData("aé", 2, "a")]
    [InlineData("👍", 3, "")]
    [InlineData("", 0, "")]
    public void A_start_is_cut_between_characters(string text, int bytes, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(Utf8Text.Start(Encoding.UTF8.GetBytes(text), bytes)));

    [Fact]
    public void A_null_value_is_a_failure_of_its_own() =>
        Assert.Equal([(FailureKind.NullValue, false), (FailureKind.NullValue, true)], new[]
        {
            NullValue.DeadLetter, NullValue.Skip,
        }
            .Select(option => new TextDecoder(new InputOptions { NullValue = option }).Decode(null, out _)!)
                .Select(failure => (failure.Kind, failure.IsSkipped)));

    [Fact]
    public void Bytes_that_are_no_utf8_fail_with_their_place_or_are_replaced_by_option()
    {
        byte[] value = [(byte)'a', (byte)'b', 0xFF, (byte)'c'];
        var failure = new TextDecoder(new InputOptions()).Decode(value, out _);
        Assert.Equal(FailureKind.InvalidUtf8, failure?.Kind);
        Assert.Contains("first bad byte at 2", failure!.Reason, StringComparison.Ordinal);
        Assert.Null(
            new TextDecoder(new InputOptions { InvalidUtf8 = InvalidUtf8.Replace }).Decode(value, out var text));
        Assert.Equal("ab\uFFFDc", Encoding.UTF8.GetString(text));
    }

    private static string Decode(InputOptions options, string value)
    {
        var failure = new TextDecoder(options).Decode(Encoding.UTF8.GetBytes(value), out var text);
        Assert.Null(failure);
        return Encoding.UTF8.GetString(text);
    }
}
