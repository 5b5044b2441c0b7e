using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Hosting;
using Worker.Kafka.Groups;
using Worker.Kafka.Heads;
using Worker.Kafka.Inspection;
using Worker.Learning.Saving;
using Worker.Review.Access;
using Worker.Review.Http;
using Worker.Settings;
using Worker.Terminal;

namespace Worker.Diagnosing;

/// <summary>
/// Checks what a worker with this configuration would meet: settings, encoder, store, brokers, topics, rights, heads.
/// It changes nothing: no group is joined, no message read, no transactional identity taken.
/// </summary>
/// <param name="clock">For its patience.</param>
/// <param name="roles">What the worker is to do.</param>
internal sealed class Examination(TimeProvider clock, Roles roles = Roles.Classify)
{
    private static readonly TimeSpan HeadsPatience = TimeSpan.FromSeconds(30);

    /// <summary>Every finding, as it comes.</summary>
    public async IAsyncEnumerable<Finding> Run(Func<IConfiguration> configuration)
    {
        // 1. Settings: if they are wrong, nothing else means anything.
        var (options, problem) = Read(configuration);
        if (options is null)
        {
            yield return problem!;
            yield break;
        }
        yield return Finding.Ok("settings", "every setting is known and in its range");
        var stop = options.Shutdown;
        yield return Finding.Ok(
            "shutdown",
            $"drain {stop.DrainSeconds} s < process {stop.HostSeconds} s < grace {stop.TerminationGraceSeconds} s");
        yield return await PortCheck.Of(options.Health.Port);
        // 2. The encoder, with its self-check.
        using var encoder = Try("encoder", () => LoadedEncoder.Open(options.Encoder), out var broken);
        yield return broken
            ?? Finding.Ok(
                "encoder", $"{encoder!.Encoder.Hash[..12]} on {encoder.Encoder.Description}; self-check passed");
        if (roles.HasFlag(Roles.Learn))
            foreach (var finding in LearnerChecks.Settings(options, encoder, roles.HasFlag(Roles.Classify)))
                yield return finding;
        if (roles.HasFlag(Roles.Review))
            yield return Page(options.Web);
        if (roles != Roles.Classify)
            yield return LearnerChecks.Store(options.Store);
        // 3. The wire.
        foreach (var finding in WireChecks.Of(options.Kafka))
            yield return finding;
        using var cluster = Try("brokers", () => new ClusterInspection(options.Kafka, clock), out var refused);
        if (cluster is null)
        {
            yield return refused!;
            yield break;
        }
        var (facts, unreachable) = await TryAsync("brokers", () => cluster.ClusterAsync(clock));
        if (facts is null)
        {
            yield return unreachable!;
            if (HeadsAreInFile(options))
                yield return FileHeads(options, encoder);
            yield break;
        }
        yield return Finding.Ok("brokers", $"{facts.Brokers} in cluster {facts.Id}");
        // 4. Topics, and what this user may do.
        var headsThere = true;
        await foreach (var finding in Cluster(options, cluster))
        {
            headsThere &= finding.Name != $"topic {options.Kafka.Topics.Heads}"
                || finding.Status != FindingStatus.Failed
                || finding.Text.StartsWith("cleanup", StringComparison.Ordinal);
            yield return finding;
        }
        // 5. Heads, and whether they are for this encoder.
        if (HeadsAreInFile(options))
            yield return FileHeads(options, encoder);
        else if (headsThere)
            yield return await TopicHeads(options, encoder);
    }

    /// <summary>A learner follows the topic, wherever workers have their heads from.</summary>
    private bool HeadsAreInFile(RunOptions options) =>
        options.Heads.Source == HeadsSource.File && roles.HasFlag(Roles.Classify);

    private async IAsyncEnumerable<Finding> Cluster(RunOptions options, ClusterInspection cluster)
    {
        var sources = Kafka.Configuration.MessageTopics.Of(options.Kafka.Topics);
        var matching = cluster.Matching(sources, clock);
        if (sources.Patterns.Count > 0)
            yield return matching.Count > 0
                ? Finding.Ok("patterns", $"{matching.Count} topics match {string.Join(", ", sources.Patterns)}")
                : Finding.Warning("patterns", $"no topic matches {string.Join(", ", sources.Patterns)}",
                    "make one, or widen the pattern: nothing is read until then");
        var needed = TopicChecks.Needed(
            options.Kafka.Topics, matching, options.Heads.Source == HeadsSource.Topic, roles);
        var (topics, failed) = await TryAsync(
            "topics", () => cluster.TopicsAsync([.. needed.Select(topic => topic.Topic)]));
        if (topics is null)
        {
            yield return failed!;
            yield break;
        }
        for (var i = 0; i < needed.Count; i++)
            foreach (var finding in TopicChecks.Of(topics[i], needed[i], options.Kafka))
                yield return finding;
        if (roles.HasFlag(Roles.Classify))
            yield return await Group(cluster, options.Kafka.GroupId);
        if (roles.HasFlag(Roles.Learn))
            yield return await Group(cluster, options.Kafka.LearnerGroupId);
        if (roles.HasFlag(Roles.Review))
            yield return await Group(cluster, options.Kafka.ReviewGroupId);
        // Learners and review pages send from the store.
        if (roles != Roles.Classify)
            yield return Identity(options.Kafka.OutboxId);
        if (options.Kafka.Delivery != Kafka.Configuration.DeliveryMode.ExactlyOnce || !roles.HasFlag(Roles.Classify))
            yield break;
        yield return WireChecks.Transactions(
            options.Kafka, await cluster.BrokerSettingAsync("transaction.max.timeout.ms"));
        yield return Identity(options.Kafka.EffectiveTransactionalId);
    }

    private static Finding Page(WebOptions web)
    {
        try
        {
            AccessSetup.Check(web);
            return Finding.Ok("page", AccessSetup.IsLocal(web)
                ? "for this machine alone: a one-time link at start"
                : "for people and programs that sign in");
        }
        catch (WebSettingException refused)
        {
            return Finding.Failed("page", refused.Message, "see docs/review.md, 'Who may'");
        }
    }

    private static async Task<Finding> Group(ClusterInspection cluster, string id)
    {
        var group = $"group {id}";
        return await cluster.GroupRightsAsync(id) switch
        {
            null => Finding.Unknown(
                group, "it is not there yet, and the brokers do not say what this user may do with it"),
            var rights when rights.Contains("READ") || rights.Contains("ALL") => Finding.Ok(group, "READ granted"),
            _ => Finding.Failed(group, "this user may not use it", "grant it READ on the consumer group"),
        };
    }

    private static Finding Identity(string id) => Finding.Unknown(
        "identity",
        $"whether this user may WRITE as '{id}' cannot be asked without taking it over; the worker says so at start");

    private static Finding FileHeads(RunOptions options, LoadedEncoder? encoder)
    {
        var heads = Try("heads", () => HeadFile.Read(options.Heads.File!), out var unreadable);
        return unreadable ?? Fit([.. heads!], 0, encoder, options.Heads.File!, isNeeded: true);
    }

    private async Task<Finding> TopicHeads(RunOptions options, LoadedEncoder? encoder)
    {
        var heads = new Dictionary<string, Head>(StringComparer.Ordinal);
        var malformed = 0;
        var unsigned = new HashSet<string>(StringComparer.Ordinal);
        var signatures = new HeadSignatures(options.Kafka);
        using var limit = new CancellationTokenSource(HeadsPatience, clock);
        var caughtUp = false;
        void Take(SourceRecord record)
        {
            // The anomaly reference is on the same topic, and so are challengers and canaries.
            var (label, role) = HeadKey.Read(record.Key);
            if (AnomalyRollout.Owns(record.Key) || role != HeadRole.InUse)
                return;
            if (HeadSignatures.Problem(signatures.Check(record)) is not null)
            {
                unsigned.Add(label);
                return;
            }
            unsigned.Remove(label);
            heads.Remove(label);
            try
            {
                if (record.Value is not null)
                    heads[label] = HeadJson.Parse(record.Value);
            }
            catch (HeadFormatException)
            {
                malformed++;
            }
        }
        void CaughtUp()
        {
            caughtUp = true;
            limit.Cancel();
        }
        var (_, failed) = await TryAsync("heads", () => Task.Factory.StartNew<object>(() =>
        {
            // What is refused is counted here, by label.
            using var topic = new HeadsTopicReader(options.Kafka, NullLoggerFactory.Instance, clock)
            {
                Signatures = HeadSignatures.None,
            };
            topic.Run(records => records.ToList().ForEach(Take), CaughtUp, limit.Token);
            return topic;
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        if (failed is null && caughtUp && unsigned.Count > 0)
            return Unsigned(unsigned.Count, options.Kafka.Topics.Heads);
        return failed ?? (caughtUp
            ? Fit(
                [.. heads.Values], malformed, encoder, $"topic {options.Kafka.Topics.Heads}",
                roles.HasFlag(Roles.Classify))
            : Finding.Failed(
                "heads",
                $"topic {options.Kafka.Topics.Heads} was not read to its end within {HeadsPatience.TotalSeconds:F0} s",
                "check the brokers, and this user's READ on the topic"));
    }

    private static Finding Unsigned(int labels, string topic) => Finding.Warning(
        "heads",
        $"the last {(labels == 1 ? "record of 1 label" : $"records of {labels} labels")} in topic {topic} would be " +
        "refused: not signed with a key of Kafka:HeadsSigningKey",
        "if they are yours, sign them with 'worker heads sign'; if not, look who may write to the topic");

    /// <summary>Whether the heads are for the encoder.</summary>
    /// <param name="isNeeded">Whether messages wait for a head.</param>
    private static Finding Fit(
        IReadOnlyList<Head> heads, int malformed, LoadedEncoder? encoder, string where, bool isNeeded)
    {
        if (heads.Count == 0 && malformed == 0 && !isNeeded)
            return Finding.Ok("heads", $"none in {where} yet: every label is still to get its first");
        if (heads.Count == 0 && malformed == 0)
            return Finding.Warning(
                "heads", $"none in {where}: messages wait for the first head", "publish some with 'worker heads " +
                    "publish'");
        if (encoder is null)
            return Finding.Unknown(
                "heads", $"{heads.Count} in {where}; without the encoder it is not known whether they fit");
        var set = HeadSet.Empty(encoder.Encoder.Hash, encoder.Encoder.Features);
        var refused = new List<string>();
        foreach (var head in heads)
        {
            try
            {
                set.Check(head);
            }
            catch (HeadRefusedException error)
            {
                refused.Add(error.Message);
            }
        }
        if (refused.Count == 0 && malformed == 0)
            return Finding.Ok("heads", $"{heads.Count} in {where}, all for this encoder");
        var text =
            $"{refused.Count + malformed} of {heads.Count + malformed} in {where} would be " +
            $"refused{(refused.Count > 0 ? $": {refused[0]}" : ": not head records")}";
        return refused.Count == heads.Count
            ? Finding.Failed("heads", text, "train them on this encoder, or configure their encoder")
            : Finding.Warning("heads", text, "publish them again, or retire their labels");
    }

    private static (RunOptions? Options, Finding? Problem) Read(Func<IConfiguration> configuration)
    {
        try
        {
            return (RunOptionsReader.Read(configuration()), null);
        }
        catch (UserError error)
        {
            return (null, Finding.Failed("settings", error.Message));
        }
    }

    private static T? Try<T>(string name, Func<T> make, out Finding? failed)
        where T : class
    {
        failed = null;
        try
        {
            return make();
        }
        catch (Exception error) when (Failures.IsForeseen(error))
        {
            failed = Finding.Failed(name, error.Message);
            return null;
        }
    }

    private static async Task<(T? Made, Finding? Failed)> TryAsync<T>(string name, Func<Task<T>> make)
        where T : class
    {
        try
        {
            return (await make(), null);
        }
        catch (Exception error) when (Failures.IsForeseen(error))
        {
            return (null, Finding.Failed(name, error.Message));
        }
    }
}
