using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Heads;
using Worker.Kafka.Groups;
using Worker.Kafka.Heads;
using Worker.Terminal;

namespace Worker.Commands.Heads;

/// <summary>worker heads sign: signs what is on the heads topic with the first signing key.</summary>
internal static class SignCommand
{
    public static Command Create()
    {
        var all = new Option<bool>("--all")
        {
            Description =
                "Also records that workers refuse now, because they have no signature or one of an unknown key: look " +
                "at them first ('worker heads list')",
        };
        var kafka = new KafkaArguments();
        var command = new Command(
            "sign", "Sign the heads on the topic with the first key of Kafka:HeadsSigningKey")
        {
            all,
        };
        kafka.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var options = kafka.Read(parsed);
            if (options.SigningKeys.Length == 0)
                throw new UserError(
                    "there is no key to sign with: name a file that holds one in the environment variable " +
                    "Kafka__HeadsSigningKey_FILE; 'openssl rand -base64 32' makes a key", ExitCode.Configuration);
            var there = await HeadSigning.Read(options, stop);
            var signed = parsed.GetValue(all) ? [.. there.Older, .. there.Refused] : there.Older;
            using var topic = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System);
            await HeadSigning.Sign(topic, signed, stop);
            Console.WriteLine(
                $"{Count(signed.Count)} signed with the first key, {Count(there.Current)} had its signature already");
            if (there.Refused.Count > 0 && signed.Count == there.Older.Count)
                foreach (var line in Left(there.Refused))
                    Console.WriteLine(line);
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<string> Left(IReadOnlyList<SourceRecord> refused) =>
    [
        TextColumns.Cut(
            $"{Count(refused.Count)} left, which workers refuse ({string.Join(", ", refused.Select(record =>
                TextColumns.OneLine(HeadSigning.Name(record))).Distinct(StringComparer.Ordinal))}",
            TextColumns.Screen - 2) + ")",
        "  'worker heads sign --all' signs them too, if they are yours",
    ];

    private static string Count(int records) => records == 1 ? "1 record" : $"{records} records";
}
