using System.CommandLine;
using Worker.Heads;
using Worker.Learner;
using Worker.Terminal;

namespace Worker.Commands.Learn;

/// <summary>worker learn promote: puts a head of the store into use, whatever the gate said.</summary>
internal static class PromoteCommand
{
    public static Command Create()
    {
        var labels = new Argument<string[]>("labels")
        {
            Description = "Which labels; those of an exclusive group together",
            Arity = ArgumentArity.OneOrMore,
        };
        var version = new Option<int?>("--version")
        {
            Description =
                "Which head of the label, as 'worker learn history' numbers them; default: the newest, unless it was " +
                "promoted",
            CustomParser = VersionNumber.Parse,
        };
        var why = new Option<string>("--why") { Description = "The reason; it goes into the history", Required = true };
        var by = new Option<string>("--by")
        {
            Description = "Who decides; it goes into the history",
            DefaultValueFactory = _ => Environment.UserName,
        };
        var force = new Option<bool>("--force")
        {
            Description = "Even if the head is for another encoder than the topic's heads, or is a part of its group",
        };
        var bootstrap = new KafkaArguments().Bootstrap;
        var store = new StoreArguments();
        var command = new Command(
            "promote", "Put a head that the gate kept or dropped, or a canary, into use; a learner publishes it")
        {
            labels, version, why, by, force, bootstrap,
        };
        store.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var names = parsed.GetValue(labels)!;
            if (parsed.GetValue(version) is not null && names.Length > 1)
                throw new UserError("--version is of one label: name one, or leave it out", ExitCode.Usage);
            var reason = new PersonsReason(Said(parsed, by), Said(parsed, why));
            var kafka = store.ReadKafka(parsed, parsed.GetValue(bootstrap));
            using var opened = store.Open(parsed, create: false);
            var states = names.Distinct(StringComparer.Ordinal).Select(name => LabelNames.Need(opened, name)).ToList();
            var topic = await TopicHeads.Read(kafka, null, stop);
            var promotion = new ManualPromotion(opened, topic, store.Read(parsed).Learn, TimeProvider.System);
            foreach (var promoted in promotion.Run(
                states, parsed.GetValue(version), reason, parsed.GetValue(force), stop))
                Console.WriteLine($"'{promoted.Head.Label}': {promoted.Step}");
            Console.WriteLine("a learner ('worker run --roles learn') publishes it; workers take it up then");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Said(ParseResult parsed, Option<string> option) =>
        TextColumns.OneLine(parsed.GetValue(option) ?? "") is { Length: > 0 } text
            ? text
            : throw new UserError($"{option.Name} is empty: write something", ExitCode.Usage);
}
