using System.Text;
using Worker.Core.Messages;
using Worker.Core.Windows;

namespace Worker.Core.Tests.Windows;

public class TextWindowTests
{
    [Fact]
    public void Texts_come_back_as_they_were_decoded_wherever_they_stand()
    {
        byte[][] values =
        [
            "plain"u8.ToArray(), """{"id":1,"text":"no escapes"}"""u8.ToArray(),
            """{"text":"an \u00e9scape"}"""u8.ToArray(),
            [], [0xEF, 0xBB, 0xBF, (byte)'a'], [0, 0, 0, 1, 44,
                .. "{\"text\":\"framed\"}"u8], "{\"text\":\"\"}"u8.ToArray(),
        ];
        using var window = new TextWindow(1);
        var decoder = new TextDecoder(new InputOptions());
        // More than the first buffers hold.
        for (var round = 0; round < 1000; round++)
            foreach (var value in values)
            {
                Assert.Null(decoder.Decode(value, out var text));
                window.Add(value, text);
            }
        string[] expected = ["plain", "no escapes", "an éscape", "", "a", "framed", ""];
        Assert.Equal(values.Length * 1000, window.Count);
        for (var i = 0; i < window.Count; i++)
            Assert.Equal(
                expected[i % values.Length], Encoding.UTF8.GetString(window.Text(i, values[i % values.Length])));
    }

    [Fact]
    public void Only_a_text_that_had_to_be_put_together_leaves_its_value()
    {
        var decoder = new TextDecoder(new InputOptions());
        byte[] plain = "{\"text\":\"as it stands\"}"u8.ToArray(), escaped = """{"text":"a\nb"}"""u8.ToArray();
        Assert.Null(decoder.Decode(plain, out var text));
        Assert.True(plain.AsSpan().Overlaps(text));
        Assert.Null(decoder.Decode(escaped, out text));
        Assert.False(escaped.AsSpan().Overlaps(text));
    }

    [Fact]
    public void A_message_without_a_value_has_an_empty_text()
    {
        using var window = new TextWindow(1);
        window.Add(null, default);
        Assert.True(window.Text(0, null).IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = window.Text(1, null).Length);
    }
}
