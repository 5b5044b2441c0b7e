using System.Text;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Heads;

namespace Worker.Kafka.Tests.Heads;

/// <summary>Who signed a record of the heads topic.</summary>
public class HeadSignaturesTests
{
    private const string First = "correct-horse-battery-staple-0123456789";
    private const string Second = "another-key-of-more-than-thirty-letters";

    /// <summary>Made with Python's hmac, as docs/contracts.md says.</summary>
    [Theory]
    [InlineData("{\"label\":\"refund\"}", "f79258d56cc8e852c66f42997339f370cafa67daf47dcef82f17b5eed4b0db1a")]
    [InlineData(null, "dd9fc640ff5f952cdea2dc6fcb3224a42d39cd4fe3ab7de9e5d6f51fce0664e8")]
    [InlineData("", "8cbef3af9f7f966cae1be86c1900565641ecc9b0d2211c58538289059536d25c")]
    public void A_signature_is_that_of_the_documentation(string? value, string mac)
    {
        var header = Assert.Single(Keys(First).Sign("refund"u8, Bytes(value)));
        Assert.Equal("worker-signature", header.Name);
        Assert.Equal($"hmac-sha256={mac}", Encoding.ASCII.GetString(header.Value!));
    }

    [Fact]
    public void The_first_key_signs_and_all_are_accepted()
    {
        var (old, both) = (Keys(First), Keys($"{Second}\n{First}\n"));
        var (before, after) = (Signed(old, "spam", "head"), Signed(both, "spam", "head"));
        Assert.Equal(SignatureState.Current, old.Check(before));
        Assert.Equal(SignatureState.Older, both.Check(before));
        Assert.Equal(SignatureState.Current, both.Check(after));
        Assert.Equal(SignatureState.Wrong, old.Check(after));
        Assert.Equal(SignatureState.Unchecked, HeadSignatures.None.Check(after));
        Assert.Empty(HeadSignatures.None.Sign("spam"u8, null));
    }

    [Fact]
    public void Another_record_with_the_same_signature_is_refused()
    {
        var keys = Keys(First);
        var headers = keys.Sign("spam"u8, Bytes("head"));
        Assert.Equal(SignatureState.Current, keys.Check(Record("spam", "head", headers)));
        foreach (var (key, value) in new[]
        {
            ("spa", "mhead"), ("spam", "heads"), ("spam", null), ("spam", ""), ("", "spamhead"),
        })
            Assert.Equal(SignatureState.Wrong, keys.Check(Record(key, value, headers)));
        Assert.Equal(SignatureState.Missing, keys.Check(Record("spam", "head", [])));
        Assert.Equal(SignatureState.Missing, keys.Check(Record("spam", "head", [new("signature", headers[0].Value)])));
        var none = new RecordHeader(HeadSignatures.Header, null);
        var empty = new RecordHeader(HeadSignatures.Header, []);
        Assert.Equal(SignatureState.Missing, keys.Check(Record("spam", "head", [none])));
        Assert.Equal(SignatureState.Wrong, keys.Check(Record("spam", "head", [.. headers, empty])));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("0123456789abcdef0123456789abcdef short")]
    public void A_key_that_is_too_short_is_refused_and_not_repeated(string keys)
    {
        var options = new KafkaOptions { BootstrapServers = "b:1", HeadsSigningKey = keys };
        var problem = Assert.Single(KafkaOptionsValidator.Problems(options));
        Assert.StartsWith("Kafka:HeadsSigningKey must be keys of 32 characters", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(keys, problem, StringComparison.Ordinal);
    }

    private static HeadSignatures Keys(string keys) => new(new KafkaOptions { HeadsSigningKey = keys });

    private static SourceRecord Signed(HeadSignatures keys, string key, string value) =>
        Record(key, value, keys.Sign(Encoding.UTF8.GetBytes(key), Bytes(value)));

    private static SourceRecord Record(string key, string? value, RecordHeader[] headers) => new()
    {
        Topic = "heads",
        Partition = 0,
        Offset = 0,
        Key = Encoding.UTF8.GetBytes(key),
        Value = Bytes(value),
        Headers = headers,
        TimestampMs = 0,
    };

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
