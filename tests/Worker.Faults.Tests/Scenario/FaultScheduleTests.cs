using FsCheck;
using FsCheck.Fluent;

namespace Worker.Faults.Tests.Scenario;

public class FaultScheduleTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public void The_same_seed_gives_the_same_schedule() =>
        Assert.Equal(FaultSchedule.Create(42, TenMinutes, 4), FaultSchedule.Create(42, TenMinutes, 4));

    [Fact]
    public void Another_seed_gives_another_schedule() =>
        Assert.NotEqual(FaultSchedule.Create(42, TenMinutes, 4), FaultSchedule.Create(43, TenMinutes, 4));

    [Fact]
    public void Ten_minutes_hold_fifty_kills_of_workers_and_ten_bounces_of_brokers() => Prop.ForAll(Seeds, seed =>
    {
        var faults = FaultSchedule.Create(seed, TenMinutes, 4);
        return faults.Count(fault => fault.Kind == FaultKind.WorkerKill) >= 50
            && faults.Count(fault => fault.Kind is FaultKind.BrokerKill or FaultKind.BrokerStop) >= 10;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ten_minutes_hold_every_kind_of_fault() => Prop.ForAll(Seeds, seed =>
        FaultSchedule.Create(seed, TenMinutes, 4).Select(fault => fault.Kind).Distinct()
            .Count() == Enum.GetValues<FaultKind>().Length).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_fault_is_healed_within_the_run() =>
        Prop.ForAll(Seeds, Gen.Choose(20, 900).ToArbitrary(), Gen.Choose(1, 6).ToArbitrary(),
            (seed, seconds, workers) =>
            {
                var length = TimeSpan.FromSeconds(seconds);
                var faults = FaultSchedule.Create(seed, length, workers);
                return faults.Length > 0 && faults.All(fault =>
                    fault.At >= TimeSpan.Zero && fault.Duration >= TimeSpan.Zero
                    && fault.At + fault.Duration <= length
                    && fault.Target >= 0
                    && (!fault.Kind.ToString().StartsWith("Worker", StringComparison.Ordinal)
                        || fault.Target < workers)
                    && (!fault.Kind.ToString().StartsWith("Broker", StringComparison.Ordinal)
                        || fault.Target < FaultSchedule.Brokers));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Faults_come_in_the_order_of_their_time() => Prop.ForAll(Seeds, seed =>
    {
        var faults = FaultSchedule.Create(seed, TenMinutes, 3);
        return faults.Zip(faults.Skip(1)).All(pair => pair.First.At <= pair.Second.At);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void In_a_calm_run_every_fault_has_a_quiet_time_after_it() =>
        Prop.ForAll(Seeds, Gen.Choose(40, 900).ToArbitrary(), Gen.Choose(1, 6).ToArbitrary(),
            (seed, seconds, workers) =>
            {
                var length = TimeSpan.FromSeconds(seconds);
                var faults = CalmSchedule.Create(seed, length, workers);
                return faults.Length > 0 && faults[^1].At + faults[^1].Duration <= length
                    && faults.Zip(faults.Skip(1)).All(pair =>
                        pair.Second.At - pair.First.At - pair.First.Duration >= TimeSpan.FromSeconds(15));
            }).QuickCheckThrowOnFailure();

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue).ToArbitrary();
}
