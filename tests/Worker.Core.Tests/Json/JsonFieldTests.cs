using System.Text.Json;
using Worker.Core.Json;

namespace Worker.Core.Tests.Json;

public class JsonFieldTests
{
    private static readonly JsonField Root =
        Read("""{"model": {"type": "WordPiece", "limits": [1, {"most": "9"}], "broken": "a\ud800"}}""");

    [Fact]
    public void A_field_knows_its_place()
    {
        Assert.Equal("model.limits[1].most", Root["model"]["limits"].Items().Last()["most"].Path);
        Assert.Equal(
            ["model.type", "model.limits", "model.broken"],
            Root["model"].Members().Select(member => member.Field.Path));
        Assert.True(Root["model"]["absent"].IsNull);
        Assert.Equal("fallback", Root["model"]["absent"].Text("fallback"));
    }

    [Fact]
    public void Every_error_is_the_readers_own_and_names_the_field()
    {
        Refused("[model.type] is \"WordPiece\", expected true or false", () => Root["model"]["type"].Flag(true));
        Refused("[model.type] is \"WordPiece\", expected a JSON object", () => Root["model"]["type"]["inner"].Text());
        Refused(
            "[model.limits[0]] is 1, expected a whole number from 2 to 7",
            () => Root["model"]["limits"].Items().First().Integer(2, 7));
        Refused(
            "[model.limits[1].most] is \"9\", expected a whole number of 3 or more",
            () => Root["model"]["limits"].Items().Last()["most"].Integer(3, int.MaxValue));
        Refused("[gone] is missing or null, expected a JSON string", () => Root["gone"].Text());
        Refused("[model.limits] is [1, {\"most\": \"9\"}], a setting", () => Root["model"].AllowOnly("type"));
    }

    [Fact]
    public void Half_a_character_is_refused_in_values_and_in_names()
    {
        Refused("[model.broken] has an incomplete \\u escape", () => Root["model"]["broken"].Text());
        var broken = Read("""{"\ud800": 1}""");
        Refused("[] has a name with an incomplete \\u escape", () => broken.Members().Last());
        Refused("[] has a name with an incomplete \\u escape", () => broken["type"]);
    }

    private static JsonField Read(string json) => new(
        JsonDocument.Parse(json).RootElement, (path, reason) => new FormatException($"[{path}] {reason}"));

    private static void Refused(string start, Func<object> read) =>
        Assert.StartsWith(start, Assert.Throws<FormatException>(read).Message, StringComparison.Ordinal);

    private static void Refused(string start, Action read) => Refused(start, () =>
    {
        read();
        return "";
    });
}
