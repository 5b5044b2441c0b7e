using System.Text;
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
    [InlineData(InputFormat.Auto, "{\"text\":{\"text\":\"a\"}}", FailureKind.MissingText)]
    [InlineData(InputFormat.Auto, "{\"text\":null}", FailureKind.MissingText)]
    [InlineData(InputFormat.Json, "[\"a\"]", FailureKind.MissingText)]
    public void Says_what_is_wrong(InputFormat format, string value, FailureKind expected)
    {
        var failure = new TextDecoder(new InputOptions { Format = format }).Decode(Encoding.UTF8.GetBytes(value), out _);
        Assert.Equal(expected, failure?.Kind);
    }

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
