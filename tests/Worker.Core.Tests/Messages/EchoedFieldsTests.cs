using System.Text;
using Worker.Core.Messages;

namespace Worker.Core.Tests.Messages;

public class EchoedFieldsTests
{
    [Theory]
    [InlineData("/id", """{"text":"a","id":41}""", """{"/id":41}""")]
    [InlineData("/id,/customer/name", """{"customer":{"name":"\u00e9 \"x\"","age":3},"id":"c-7"}""",
        """{"/id":"c-7","/customer/name":"\u00e9 \"x\""}""")]
    [InlineData(
        "/customer", """{"customer": {"name": [1, {"a": null}]} }""", """{"/customer":{"name": [1, {"a": null}]}}""")]
    [InlineData("/tags/1", """{"tags":["a","b"]}""", """{"/tags/1":"b"}""")]
    [InlineData("/a~1b", """{"a/b":true}""", """{"/a~1b":true}""")]
    [InlineData("/id", """{"id":1,"id":2}""", """{"/id":2}""")]
    [InlineData("/id,/id", """ {"id":1}""", """{"/id":1}""")]
    [InlineData("/id", """{"text":"no id"}""", "")]
    [InlineData("/id", """{"id":1""", "")]
    [InlineData("/id", "a plain text", "")]
    [InlineData("/id", "", "")]
    [InlineData("", """{"id":1}""", "")]
    public void Fields_are_carried_along_as_they_were_written(string pointers, string value, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(new EchoedFields(pointers).Read(Encoding.UTF8.GetBytes(value))));

    [Fact]
    public void A_byte_order_mark_is_skipped_and_what_is_no_utf8_or_no_value_has_no_echo()
    {
        var fields = new EchoedFields("/id");
        Assert.Equal("""{"/id":1}""", Encoding.UTF8.GetString(fields.Read([0xEF, 0xBB, 0xBF, .. """{"id":1}"""u8])));
        Assert.True(fields.Read([.. "{\"id\":\"a"u8, 0xFF, .. "\"}"u8]).IsEmpty);
        Assert.True(fields.Read(null).IsEmpty);
    }
}
