using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Heads;
using Worker.Kafka.Clients;
using Worker.Kafka.Heads;
using Worker.Learning.Saving;
using Worker.Terminal;

namespace Worker.Commands.Heads;

/// <summary>worker heads publish: rolls the heads of a file out to every running worker.</summary>
internal static class PublishCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description =
                "Heads as written by 'train', or an encoder bundle, for the heads that its import made; heads " +
                "that the topic already holds are not published again, and a head " +
                "that differs gets a higher version",
        };
        var force = new Option<bool>("--force")
        {
            Description = "Also publish heads of another encoder than that of the topic's heads",
        };
        var canary = CheckedOptions.Number(
            "--canary",
            "The share of messages that the heads decide at first, e.g. 0.1: those of some keys, always the same; " +
            "publish the file again without it for all messages",
            new NumberRange<double>(0, 1, IsAbove: true, IsBelow: true));
        var kafka = new KafkaArguments();
        var command = new Command(
            "publish", "Publish heads to the heads topic; running workers take them up between windows")
        {
            file, force, canary,
        };
        kafka.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var path = ModelFolder.HeadsFile(parsed.GetValue(file)!);
            // 1. What is to be published, and what is there.
            var heads = HeadFile.Read(path);
            var bytes = AnomalyFile.BytesBeside(path);
            var reference = bytes is null ? null : PublishedReference.Of(bytes);
            var options = kafka.Read(parsed);
            var there = await TopicHeads.Read(options, null, stop);
            if (!parsed.GetValue(force))
                EncoderGuard.Check(path, heads, reference, there);
            var share = parsed.GetValue(canary);
            var plan = PublishPlan.Of(heads, there, share);
            // 2. Publish what is not there yet.
            using var topic = new HeadsTopicWriter(options, NullLoggerFactory.Instance, TimeProvider.System);
            var changed = plan.Where(step => !step.IsThere).Select(step => step.Head).ToList();
            await Publish(topic, changed, stop);
            if (share is null)
                await CanaryEnd.Publish(topic, there, heads.Select(head => head.Label), stop);
            foreach (var line in PublishReport.Lines(plan))
                Console.WriteLine(line);
            var kept = heads.Count - changed.Count;
            Console.WriteLine(
                $"{changed.Count} of {Count(heads.Count)} published, {kept} {(kept == 1 ? "was" : "were")} there " +
                "already");
            foreach (var line in PublishReport.Left(plan, there))
                Console.WriteLine(line);
            if (share is not null)
            {
                Console.WriteLine("the anomaly reference next to the heads comes when they decide all messages");
                return ExitCode.Done;
            }
            // 3. The anomaly reference next to them.
            Console.WriteLine(bytes is null
                ? "there is no anomaly reference next to the heads: workers keep the one they use"
                : await PublishReference(topic, bytes, reference!, there, stop));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Sends all together, so that workers take them up together.</summary>
    private static async Task Publish(HeadsTopicWriter topic, List<Head> heads, CancellationToken stop)
    {
        var sent = heads.ConvertAll(head => topic.PublishAsync(
            HeadKey.Of(head.Label, head.CanaryShare is null ? HeadRole.InUse : HeadRole.Canary),
            HeadJson.Serialize(head), $"the head of label '{head.Label}'", stop));
        try
        {
            await Task.WhenAll(sent);
        }
        catch (KafkaFailureException failure)
        {
            throw new UserError($"{sent.Count(one => one.IsCompletedSuccessfully)} of {Count(heads.Count)} " +
                $"published: {failure.Message}\n  what to do: fix that, and publish the file again: heads that are " +
                "there by then are not published again");
        }
    }

    private static async Task<string> PublishReference(
        HeadsTopicWriter topic, byte[] bytes, PublishedReference reference, TopicHeads there, CancellationToken stop)
    {
        if (there.Reference?.Hash == reference.Hash && there.IsReferenceCurrent)
            return $"anomaly reference {reference.Hash[..12]} is there already: not published again";
        var records = await AnomalyPublishing.Publish(topic, bytes, there.ReferenceKeys, stop);
        var before = there.Reference is { } old ? $", in place of {old.Hash[..12]}" : "";
        return $"anomaly reference {reference.Hash[..12]} published in {records} records{before}";
    }

    private static string Count(int heads) => heads == 1 ? "1 head" : $"{heads} heads";
}
