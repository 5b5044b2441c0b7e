using Microsoft.Extensions.Configuration;
using Worker.Hosting;
using Worker.Settings;
using Worker.Terminal;

namespace Worker.Tests.Settings;

public class RunOptionsReaderTests(TinyModel model)
{
    [Fact]
    public void Every_problem_is_listed_at_once_with_its_key()
    {
        var error = Assert.Throws<UserError>(() => Read(
            ("Kafka:BootstrapServers", ""), ("Kafka:SessionTimeoutMs", "5"), ("Encoder:Device", "tpu"),
            ("Encoder:Bundle", "/nowhere"),
            ("Input:TextPointer", "text"), ("Review:Audit", "2"), ("Shutdown:DrainSeconds", "60"),
            ("Heads:Source", "File")));
        Assert.Equal(ExitCode.Configuration, error.Code);
        foreach (var key in new[]
        {
            "Kafka:BootstrapServers", "Kafka:SessionTimeoutMs", "Encoder:Device", "Encoder:Bundle", "Input:TextPointer",
            "Review:Audit", "Shutdown: ", "Heads:File",
        })
            Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Kafka:BootstrapServer", "x")]
    [InlineData("Encoder:Precison", "f32")]
    [InlineData("Window:MicroBatchTokens", "many")]
    public void A_key_or_value_that_cannot_be_read_is_a_problem(string key, string value) =>
        Assert.Contains(
            key.Split(':')[1], Assert.Throws<UserError>(
                () => Read(("Kafka:BootstrapServers", "b:1"), ("Encoder:Bundle", model.Bundle),
                (key, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Kafka:BootstrapServer", "x", "did you mean Kafka:BootstrapServers?")]
    [InlineData(
        "Kafka:Delivery", "Exactly", "'Exactly' is none of AtLeastOnce, ExactlyOnce; did you mean ExactlyOnce?")]
    [InlineData("Health:Port", "99999", "'99999' is not a whole number from 0 to 65535")]
    [InlineData("Review:Audit", "a lot", "'a lot' is not a number from 0 to 1")]
    [InlineData("Encoder:Device", "tpu", "'tpu' is none of auto, cpu, cuda")]
    [InlineData("Encoder:Features", "cls", "has several values: write Encoder:Features:0")]
    [InlineData("Results:OnlyYes", "yes", "'yes' is neither true nor false")]
    [InlineData("Telemetry:OtlpEndpoint", "collector", "'collector' is not a URL such as http://collector:4317")]
    [InlineData("Logging:LogLevel:Default", "Info", "did you mean Information?")]
    [InlineData(
        "Logging:Console:FormatterName", "json", "there is no such setting; section Logging has Format, LogLevel:NAME")]
    [InlineData("Window:MaxMessages", "", "is empty: give it a value, or leave it out")]
    [InlineData("Kafka:Topics:Heads", "", "is empty: give it a value, or leave it out")]
    public void What_is_allowed_is_said_in_our_words(string key, string value, string said)
    {
        (string, string)[] settings = [("Kafka:BootstrapServers", "b:1"), ("Encoder:Bundle", model.Bundle),
            (key, value)];
        var message = Assert.Throws<UserError>(() => Read(settings)).Message;
        Assert.StartsWith($"the configuration has 1 problem:\n  - {key}: ", message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
        foreach (var foreign in (string[])["field", "convert", "System.", "Binder", "Attribute"])
            Assert.DoesNotContain(foreign, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Good_settings_are_bound()
    {
        var options = Read(
            ("Kafka:BootstrapServers", "b:1"), ("Encoder:Bundle", model.Bundle), ("Encoder:Precision", "int8"),
            ("Encoder:Features:0", "cls"),
            ("Window:MaxMessages", "77"), ("Kafka:Client:security.protocol", "ssl"), ("Input:TooLong", "deadletter"));
        Assert.Equal("b:1", options.Kafka.BootstrapServers);
        Assert.Equal("ssl", options.Kafka.Client["security.protocol"]);
        Assert.Equal(["cls"], options.Encoder.ToOptions().Features);
        Assert.Equal(77, options.Window.MaxMessages);
        Assert.Equal(Core.Messages.TooLong.DeadLetter, options.Input.TooLong);
    }

    private static RunOptions Read(params (string Key, string Value)[] settings) =>
        RunOptionsReader.Read(
            new ConfigurationBuilder().AddInMemoryCollection(
                settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build());
}
