using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Worker.Core.Json;
using Worker.Core.Messages;

namespace Worker.Core.Answers;

/// <summary>Label events as JSON (docs/contracts.md).</summary>
public static class LabelEventJson
{
    /// <summary>Characters that an id, a label or a person's name may have.</summary>
    public const int MaximumName = 200;

    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads one event.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="id">Its id when it names none.</param>
    /// <param name="at">Its time when it names none.</param>
    /// <exception cref="LabelEventException">It is no label event.</exception>
    public static LabelEvent Read(ReadOnlyMemory<byte> json, string id, DateTimeOffset at)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Event(EventFields.Of(document.RootElement), id, at);
        }
        catch (JsonException broken)
        {
            throw new LabelEventException(
                $"is not JSON (line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}), or names a field " +
                $"twice: write {EventFields.Example}");
        }
        catch (InvalidOperationException)
        {
            // What the reader throws for a field's name with "\ud800" in it, which is half a character.
            throw new LabelEventException("has a name with an incomplete \\u escape: write the character whole");
        }
    }

    /// <summary>Writes one event; <see cref="Read"/> gives the same back.</summary>
    /// <returns>UTF-8.</returns>
    public static byte[] Write(LabelEvent one)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("id", one.Id);
            if (one.Withdraws is { } withdrawn)
                json.WriteString("withdraws", withdrawn);
            if (one.Message is { } message)
                Write(json, message);
            if (one.Text is { } text)
                json.WriteString("text", text);
            if (one.Answers.Count > 0)
                Write(json, one.Answers);
            json.WriteString("at", one.At.ToString("O", CultureInfo.InvariantCulture));
            if (one.By.Length > 0)
                json.WriteString("by", one.By);
            if (one.Source.Length > 0)
                json.WriteString("source", one.Source);
            if (one.Mode != AnswerMode.Single)
                json.WriteString("mode", AnswerModeNames.Of(one.Mode));
            if (one.Propensity is { } propensity)
                json.WriteNumber("propensity", propensity);
            WriteShown(json, one);
            if (one.Milliseconds is { } milliseconds)
                json.WriteNumber("milliseconds", milliseconds);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static LabelEvent Event(JsonField document, string id, DateTimeOffset at)
    {
        var fields = document.OptionalObject()
            ?? throw document.Refuse($"is null, not an object: write {EventFields.Example}");
        var withdraws = fields["withdraws"].OptionalText(MaximumName);
        var (message, text) = (fields["message"].OptionalPosition(), fields["text"].OptionalText(int.MaxValue));
        var answers = Answers(fields);
        if (withdraws is not null && answers.Count > 0)
            throw new LabelEventException(
                "has both \"withdraws\" and \"labels\": send two events, the withdrawal first");
        if (withdraws is null && answers.Count == 0)
            throw new LabelEventException($"answers no label: add \"labels\", e.g. {EventFields.Example}");
        if (withdraws is null && text is null && message is null)
            throw new LabelEventException(
                "has neither \"text\" nor \"message\": say which text was answered, e.g. " + EventFields.Example);
        return new LabelEvent
        {
            Id = fields["id"].OptionalText(MaximumName) ?? id,
            At = fields["at"].OptionalTime() ?? at,
            Text = text,
            Message = message,
            Answers = answers,
            By = fields["by"].OptionalText(MaximumName) ?? "",
            Source = fields["source"].OptionalText(MaximumName) ?? "",
            Mode = Mode(fields["mode"].OptionalText(MaximumName)),
            Propensity = fields["propensity"].OptionalShare(orZero: false),
            // Null says that nothing was shown; without the field nobody knows.
            IsBlind = fields["shown"].Value.ValueKind switch
            {
                JsonValueKind.Undefined => null,
                var kind => kind == JsonValueKind.Null,
            },
            Milliseconds = (int?)fields["milliseconds"].OptionalInteger(0, int.MaxValue),
            Withdraws = withdraws,
        };
    }

    private static AnswerMode Mode(string? name) =>
        name is null ? AnswerMode.Single
        : AnswerModeNames.Find(name) ?? throw new LabelEventException(
            $"has \"mode\" '{name}': write single, bulk or audit, or leave it out");

    private static List<LabelAnswer> Answers(JsonField fields)
    {
        var answers = new List<LabelAnswer>();
        if (fields["labels"].OptionalObject() is not { } labels)
            return answers;
        var shown = fields["shown"].OptionalObject()?["labels"].OptionalObject();
        foreach (var (label, value) in labels.Members())
        {
            if (string.IsNullOrWhiteSpace(label) || label.Length > MaximumName || label.Any(char.IsControl))
                throw new LabelEventException(
                    $"names a label that is empty, is longer than {MaximumName} characters, or has control " +
                    "characters: give it another name");
            var seen = shown?[label].OptionalObject();
            answers.Add(new LabelAnswer(
                label, Value(label, value), seen?["p"].OptionalShare(orZero: true),
                (int?)seen?["version"].OptionalInteger(1, int.MaxValue)));
        }
        return answers;
    }

    private static double? Value(string label, JsonField field)
    {
        switch (field.Value.ValueKind)
        {
            case JsonValueKind.True:
                return 1;
            case JsonValueKind.False:
                return 0;
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.Number when field.Value.TryGetDouble(out var score) && score is >= 0 and <= 1:
                return score;
            case JsonValueKind.String:
                switch (field.Text().Trim().ToUpperInvariant())
                {
                    case "YES":
                        return 1;
                    case "NO":
                        return 0;
                    case "UNKNOWN":
                        return null;
                }
                break;
        }
        throw new LabelEventException(
            $"answers label '{label}' with {field.Shown()}: write \"yes\", \"no\" or \"unknown\", or a score " +
            "from 0 to 1");
    }

    private static void Write(Utf8JsonWriter json, SourcePosition message)
    {
        json.WriteStartObject("message");
        json.WriteString("topic", message.Topic);
        json.WriteNumber("partition", message.Partition);
        json.WriteNumber("offset", message.Offset);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<LabelAnswer> answers)
    {
        json.WriteStartObject("labels");
        foreach (var answer in answers)
        {
            switch (answer.Value)
            {
                case null:
                    json.WriteString(answer.Label, "unknown");
                    break;
                case 0 or 1:
                    json.WriteString(answer.Label, answer.Value == 1 ? "yes" : "no");
                    break;
                default:
                    json.WriteNumber(answer.Label, answer.Value.Value);
                    break;
            }
        }
        json.WriteEndObject();
    }

    private static void WriteShown(Utf8JsonWriter json, LabelEvent one)
    {
        if (one.IsBlind == true)
            json.WriteNull("shown");
        if (one.IsBlind != false)
            return;
        json.WriteStartObject("shown");
        json.WriteStartObject("labels");
        foreach (var answer in one.Answers.Where(given => given.ShownP is not null || given.ShownVersion is not null))
        {
            json.WriteStartObject(answer.Label);
            if (answer.ShownP is { } p)
                json.WriteNumber("p", p);
            if (answer.ShownVersion is { } version)
                json.WriteNumber("version", version);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
