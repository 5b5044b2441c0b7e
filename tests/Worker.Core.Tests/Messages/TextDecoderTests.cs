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
        var failure = new TextDecoder(new InputOptions { Format = format }).Decode(Encoding.UTF8.GetBytes(value), out _);
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
    public void What_looks_odd_but_is_valid_is_read_as_other_parsers_read_it(InputFormat format, string value, string expected) =>
        Assert.Equal(expected, Decode(new InputOptions { Format = format }, value));

    [Fact]
    public void Of_equal_names_on_the_way_to_the_text_the_last_counts_even_where_it_has_no_text()
    {
        var decoder = new TextDecoder(new InputOptions { Format = InputFormat.Json, TextPointer = "/data/0/body" });
        Assert.Equal(FailureKind.MissingText, decoder.Decode("""{"data":[{"body":"a"}],"data":[{}]}"""u8.ToArray(), out _)?.Kind);
        Assert.Null(decoder.Decode("""{"data":[],"data":[{"body":"a","body":"b"},{"body":"c"}]}"""u8.ToArray(), out var text));
        Assert.Equal("b", Encoding.UTF8.GetString(text));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("-1")]
    [InlineData("1e0")]
    [InlineData("99999999999999")]
    public void What_is_no_array_index_finds_nothing(string index) =>
        Assert.Equal(FailureKind.MissingText, new TextDecoder(new InputOptions { Format = InputFormat.Json, TextPointer = $"/{index}" }).Decode("[\"a\",\"b\"]"u8.ToArray(), out _)?.Kind);

    [Fact]
    public void Nesting_of_any_depth_costs_no_stack()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 500_000)) + string.Concat(Enumerable.Repeat("]", 500_000));
        foreach (var format in new[] { InputFormat.Auto, InputFormat.Json })
        {
            Assert.Equal("a", Decode(new InputOptions { Format = format }, $"{{\"deep\":{deep},\"text\":\"a\"}}"));
            Assert.Equal(FailureKind.TextNotString, new TextDecoder(new InputOptions { Format = format }).Decode(Encoding.UTF8.GetBytes($"{{\"text\":{deep}}}"), out _)?.Kind);
        }
        Assert.Equal(FailureKind.InvalidJson, new TextDecoder(new InputOptions { Format = InputFormat.Json }).Decode(Encoding.UTF8.GetBytes(new string('[', 500_000)), out _)?.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\u00a0\u3000")]
    public void Empty_texts_are_dead_lettered_by_option(string value)
    {
        Assert.Null(new TextDecoder(new InputOptions()).Decode(Encoding.UTF8.GetBytes(value), out _));
        Assert.Equal(FailureKind.EmptyText, new TextDecoder(new InputOptions { EmptyText = EmptyText.DeadLetter }).Decode(Encoding.UTF8.GetBytes(value), out _)?.Kind);
    }

    [Fact]
    public void Any_bytes_at_all_end_as_a_text_or_a_failure_and_never_as_an_exception()
    {
        var bytes = Gen.Elements("{\"text\":\"a\"}", "\\ud800", "{", "}", "[", "\"", ":", ",", "text", "null", "\uFEFF", "1", " ").Select(Encoding.UTF8.GetBytes);
        var noise = Gen.Choose(0, 255).Select(b => new[] { (byte)b });
        var values = Gen.OneOf(bytes, bytes, bytes, noise).ListOf().Select(parts => parts.SelectMany(p => p).ToArray());
        foreach (var format in Enum.GetValues<InputFormat>())
        {
            var decoder = new TextDecoder(new InputOptions { Format = format });
            Prop.ForAll(values.ToArbitrary(), value =>
            {
                var failure = decoder.Decode(value, out var text);
                return failure is not null || Encoding.UTF8.GetString(text).EnumerateRunes().All(r => r.Value != 0xFFFD || Encoding.UTF8.GetString(value).Contains('\uFFFD', StringComparison.Ordinal));
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
        Assert.Equal(FailureKind.NullValue, new TextDecoder(new InputOptions()).Decode(null, out _)?.Kind);

    [Fact]
    public void Bytes_that_are_no_utf8_fail_with_their_place_or_are_replaced_by_option()
    {
        byte[] value = [(byte)'a', (byte)'b', 0xFF, (byte)'c'];
        var failure = new TextDecoder(new InputOptions()).Decode(value, out _);
        Assert.Equal(FailureKind.InvalidUtf8, failure?.Kind);
        Assert.Contains("first bad byte at 2", failure!.Reason, StringComparison.Ordinal);
        Assert.Null(new TextDecoder(new InputOptions { InvalidUtf8 = InvalidUtf8.Replace }).Decode(value, out var text));
        Assert.Equal("ab\uFFFDc", Encoding.UTF8.GetString(text));
    }

    private static string Decode(InputOptions options, string value)
    {
        var failure = new TextDecoder(options).Decode(Encoding.UTF8.GetBytes(value), out var text);
        Assert.Null(failure);
        return Encoding.UTF8.GetString(text);
    }
}
