using System.Text;
using Worker.Faults.Tests.Judging;
using Worker.Faults.Tests.Scenario;
using Worker.Kafka.Configuration;

namespace Worker.Faults.Tests.Reporting;

/// <summary>A run's report for people: plain text, 80 columns.</summary>
internal static class ReportText
{
    /// <summary>Violations shown of each kind; the file has all.</summary>
    private const int Shown = 5;

    /// <summary>One line while a run goes on.</summary>
    public static string Progress(long nowMs, int sent, int settled, int up, IReadOnlyList<Injection> done) =>
        $"{Minutes(nowMs),6}  in {sent,8:N0}  out {settled,8:N0}  workers {up}  kills " +
        $"{Count(done, FaultKind.WorkerKill),3}  broker bounces {Bounces(done),3}";

    public static string Of(Report report)
    {
        var text = new StringBuilder();
        var options = report.Options;
        text.AppendLine(
            $"{options.Length.TotalMinutes:0.##} minutes, seed {options.Seed}, {options.Workers} workers, " +
            $"{Mode(options.Mode)}, {options.Protocol} " +
            $"protocol{(options.StaticMembers ? ", static members" : "")}{(options.Calm ? ", calm" : "")},")
            .AppendLine($"{options.Rate} messages/s, 3 brokers").AppendLine();
        var recoveries = Recovery.Of(report.Injections, report.Flow);
        Faults(text, report, recoveries);
        if (options.Calm)
            Alone(text, recoveries);
        Messages(text, report);
        Endings(text, report);
        Violations(text, report);
        return text.ToString();
    }

    public static string Minutes(long ms) => $"{ms / 60_000}:{ms / 1000 % 60:00}";

    private static void Faults(StringBuilder text, Report report, IReadOnlyList<Recovery> recoveries)
    {
        text.AppendLine("fault                          injected  survived   flows again after (s)")
            .AppendLine("                                                    p50    max    alone, max of");
        foreach (var recovery in recoveries)
        {
            var all = recovery.All.Order().ToList();
            text.Append($"{Name(recovery.Kind),-30} {recovery.Injected,8}  {recovery.Survived,8}");
            if (all.Count > 0 && IsTimed(recovery.Kind))
                text.Append($" {Seconds(all[all.Count / 2]),7} {Seconds(all[^1]),6}");
            if (recovery.Alone.Count > 0 && IsTimed(recovery.Kind))
                text.Append($"  {Seconds(recovery.Alone.Max(lone => lone.Ms)),6}  {recovery.Alone.Count,2}");
            text.AppendLine();
        }
        text.AppendLine(
            $"together: {Count(report.Injections, FaultKind.WorkerKill)} kill -9 of workers, " +
            $"{Bounces(report.Injections)} bounces of brokers, {report.HeadVersions} head versions").AppendLine();
    }

    /// <summary>
    /// Recovery from single faults; the time away shows whether others take over or the same worker comes back.
    /// </summary>
    private static void Alone(StringBuilder text, IReadOnlyList<Recovery> recoveries)
    {
        text.AppendLine("by itself                                     flows again after (s)")
            .AppendLine("                            away (s)     n    least  median    most");
        foreach (var recovery in recoveries)
        {
            foreach (var away in recovery.Alone.GroupBy(lone => lone.Away).OrderBy(group => group.Key))
            {
                var ms = away.Select(lone => lone.Ms).Order().ToList();
                text.AppendLine(
                    $"{Name(recovery.Kind),-28}{away.Key.TotalSeconds,8:F1} {ms.Count,5}  {Seconds(ms[0]),7} " +
                    $"{Seconds(ms[ms.Count / 2]),7} {Seconds(ms[^1]),7}");
            }
        }
        text.AppendLine();
    }

    private static void Messages(StringBuilder text, Report report)
    {
        var verdict = report.Verdict;
        var (flow, all, one) = (report.Flow, report.Flow.LongestOfAll, report.Flow.LongestOfOne);
        text.AppendLine(
            $"in     {verdict.Good,9:N0} good  {verdict.Poisoned,7:N0} " +
            $"poison{(report.InDoubt > 0 ? $"  ({report.InDoubt} in doubt)" : "")}")
            .AppendLine(
                $"out    {verdict.Results,9:N0} results  {verdict.DeadLetters,7:N0} dead letters  " +
                $"{verdict.Reviews,7:N0} review items")
            .AppendLine(
                $"delay  p50 {Seconds(flow.Delay(0.5) ?? 0)} s, p99 {Seconds(flow.Delay(0.99) ?? 0)} s, longest " +
                $"{Seconds(flow.Delay(1) ?? 0)} s")
            .AppendLine(
                $"longest stall: {Seconds(all.Ms)} s of everything (at {Minutes(all.FromMs)}), {Seconds(one.Ms)} s " +
                $"of a partition (at {Minutes(one.FromMs)})")
            .AppendLine(report.Drained ? $"all out {Seconds(report.DrainMs)} s after the last fault was healed"
                : $"NOT all out within {report.Options.Drain.TotalSeconds:F0} s of the last fault's healing");
        if (!report.ReadToEnd)
            text.AppendLine("the reader did NOT get to the end of every topic: a transaction stayed open");
        text.AppendLine();
        text.AppendLine(
            $"missing {verdict.Count(Breach.Missing)}, doubled {verdict.Count(Breach.Doubled)}, out of order " +
            $"{verdict.Count(Breach.OutOfOrder)}, dead-lettered wrongly {verdict.Count(Breach.WronglyDeadLettered)},")
            .AppendLine(
                $"poison scored {verdict.Count(Breach.PoisonScored)}, dead letters spoiled " +
                $"{verdict.Count(Breach.DeadLetterSpoiled)}, review mismatched {verdict.Count(Breach.ReviewMismatch)},")
            .AppendLine(
                $"from nowhere {verdict.Count(Breach.Phantom)}, scored with stale heads " +
                $"{verdict.Count(Breach.StaleHead)}, lost by Kafka {verdict.Count(Breach.InputLost)}");
        if (report.Options.Mode == DeliveryMode.AtLeastOnce)
            text.AppendLine(
                $"messages that came more than once after a fault, as at-least-once allows: {verdict.AllowedDoubles}");
    }

    private static void Endings(StringBuilder text, Report report)
    {
        if (report.Endings.Count == 0)
            return;
        text.AppendLine().AppendLine(
            $"workers that ended by themselves or with an error (started again): {report.Endings.Count}");
        foreach (var reason in report.Endings.GroupBy(ending => (ending.Code, Words: Short(ending.Words), ending.Wrong))
            .OrderByDescending(group => group.Count()))
        {
            text.AppendLine(
                $"{reason.Count(),4} x exit {reason.Key.Code}{(reason.Key.Wrong ? " WRONG" : "")}: {reason.Key.Words}")
                .AppendLine($"       e.g. {Path.GetFileName(reason.First().Log)} at {Minutes(reason.First().AtMs)}");
        }
    }

    private static void Violations(StringBuilder text, Report report)
    {
        if (report.Passed)
        {
            text.AppendLine().AppendLine("passed");
            return;
        }
        text.AppendLine().AppendLine("FAILED");
        foreach (var kind in report.Verdict.Violations.GroupBy(violation => violation.Breach))
        {
            text.AppendLine($"{kind.Key}: {kind.Count()}");
            foreach (var violation in kind.Take(Shown))
                text.AppendLine($"  {violation.What}");
        }
        text.AppendLine(
            $"all of them: {Path.Combine(report.Options.Folder, "violations.txt")}; logs: " +
            $"{Path.Combine(report.Options.Folder, "workers")}; brokers: " +
            $"{Path.Combine(report.Options.Folder, "kafka")}")
            .AppendLine(
                $"the same schedule again: eng/faults --seconds {report.Options.Length.TotalSeconds:0} --seed " +
                $"{report.Options.Seed} --workers {report.Options.Workers} --mode {Mode(report.Options.Mode)} " +
                $"--protocol {report.Options.Protocol}{(report.Options.StaticMembers ? " --static" : "")}" +
                $"{(report.Options.Calm ? " --calm" : "")} --rate {report.Options.Rate}");
    }

    /// <summary>A line of the log, shortened and without its time.</summary>
    private static string Short(string words)
    {
        var at = words.IndexOf(" crit: ", StringComparison.Ordinal);
        var plain = at < 0 ? words : words[(at + 7)..];
        plain = plain.Replace("Worker.Hosting.ClassifierService[0] ", "", StringComparison.Ordinal);
        return plain.Length <= 300 ? plain : plain[..300] + "…";
    }

    private static bool IsTimed(FaultKind kind) =>
        kind is not (
            FaultKind.HeadSwap or FaultKind.PoisonBurst or FaultKind.RebalanceStorm or FaultKind.OneWorkerLeft);

    private static int Count(IEnumerable<Injection> done, FaultKind kind) =>
        done.Count(injection => injection.Kind == kind);

    private static int Bounces(IReadOnlyList<Injection> done) =>
        Count(done, FaultKind.BrokerKill) + Count(done, FaultKind.BrokerStop);

    private static string Seconds(long ms) => $"{ms / 1000.0:F1}";

    private static string Mode(DeliveryMode mode) =>
        mode == DeliveryMode.ExactlyOnce ? "exactly-once" : "at-least-once";

    private static string Name(FaultKind kind) => kind switch
    {
        FaultKind.WorkerKill => "worker, kill -9",
        FaultKind.WorkerTerminate => "worker, SIGTERM",
        FaultKind.WorkerPause => "worker, frozen shortly",
        FaultKind.WorkerZombie => "worker, frozen past session",
        FaultKind.WorkerTwin => "worker, same identity twice",
        FaultKind.WorkerReplaced => "worker, frozen and replaced",
        FaultKind.SlowWorker => "slow worker comes and goes",
        FaultKind.RebalanceStorm => "rebalance storm",
        FaultKind.OneWorkerLeft => "down to one worker",
        FaultKind.BrokerKill => "broker, kill -9",
        FaultKind.BrokerStop => "broker, clean stop",
        FaultKind.BrokerPause => "broker, frozen",
        FaultKind.HeadSwap => "head swap",
        _ => "poison in a row",
    };
}
