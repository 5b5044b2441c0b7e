// One broker for all tests; they are separated by topic and group names.
[assembly: AssemblyFixture(typeof(KafkaBroker))]

// They mostly wait: for session timeouts, rebalances, a broker that starts.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 4)]
