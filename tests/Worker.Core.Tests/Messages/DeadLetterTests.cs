using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Messages;

namespace Worker.Core.Tests.Messages;

public class DeadLetterTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
    private static readonly WorkerIdentity Me = new("group", "1.2.3");

    [Fact]
    public void What_the_headers_say_is_read_back_whatever_headers_the_message_had()
    {
        var names = Gen.Elements("h", "", "worker-attempt", "kafka_dlt-original-topic", "worker-original-headers",
            "kafka_dlt-exception-fqcn", "é");
        var values = Gen.OneOf(
            Gen.Constant<byte[]?>(null), Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf().Select(b => (byte[]?)b));
        var property = Prop.ForAll(
            names.Zip(values, (name, value) => new KeyValuePair<string, byte[]?>(name, value)).ListOf().ToArbitrary(),
            ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<FailureKind>(),
            (own, number, kind) =>
            {
                var failure = new Failure(kind, $"reason {number}");
                var said = DeadLetterHeaders.For(new("topic", number.Get, number.Get * 3L), 77, failure, Me,
                    number.Get + 1, Now, number.Get % 2 == 0 ? "value" : null, own.Count);
                var all = own.Concat(said.Select(h => new KeyValuePair<string, byte[]?>(h.Key, h.Value))).ToList();
                var letter = DeadLetter.Read(all, out var problem);
                return letter == new DeadLetter(new("topic", number.Get, number.Get * 3L), 77, kind.ToString(),
                    $"reason {number}", failure.Stage, number.Get + 1, Now, number.Get % 2 == 0
                        ? "value"
                        : null, own.Count)
                    && problem.Length == 0;
            });
        property.QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Headers_of_another_system_or_in_another_order_are_no_dead_letter()
    {
        var said = DeadLetterHeaders.For(new("topic", 1, 2), 3, new Failure(FailureKind.TooLong, "r"), Me, 1, Now, null,
            0).Select(h => new KeyValuePair<string, byte[]?>(h.Key, h.Value)).ToList();
        Assert.NotNull(DeadLetter.Read(said, out _));
        // One header slipped in before ours: the count no longer says where ours begin.
        Assert.Null(DeadLetter.Read([new("x", [1]), .. said], out var problem));
        Assert.Contains(DeadLetterHeaders.OriginalHeaders, problem, StringComparison.Ordinal);
        foreach (var needed in new[]
        {
            DeadLetterHeaders.Topic, DeadLetterHeaders.Offset, DeadLetterHeaders.Kind, DeadLetterHeaders.Attempt,
            DeadLetterHeaders.OriginalHeaders,
        })
            Assert.Null(DeadLetter.Read([.. said.Where(h => h.Key != needed)], out _));
        Assert.Null(DeadLetter.Read([], out _));
    }

    [Fact]
    public void A_reason_that_never_ends_is_cut_and_half_a_character_in_it_does_no_harm()
    {
        var said = DeadLetterHeaders.For(new("t", 0, 0), 0,
            new Failure(FailureKind.ResultFailed, "\ud83d" + new string('x', 100_000)), Me, 1, Now, null, 0);
        var reason = Encoding.UTF8.GetString(said.Single(h => h.Key == DeadLetterHeaders.Reason).Value);
        Assert.Equal(DeadLetterHeaders.MaximumReason, reason.Length);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("41", 41)]
    [InlineData("1", 1)]
    [InlineData("0", 1)]
    [InlineData("-3", 1)]
    [InlineData("2 ", 1)]
    [InlineData("many", 1)]
    [InlineData("99999999999", 1)]
    [InlineData("", 1)]
    public void The_attempt_is_a_number_above_one_or_the_first(string header, int attempt) =>
        Assert.Equal(attempt, DeadLetter.AttemptOf(Encoding.UTF8.GetBytes(header)));
}
