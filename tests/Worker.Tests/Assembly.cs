using Worker.Testing;
using Worker.Tests;

[assembly: AssemblyFixture(typeof(TinyModel))]
[assembly: AssemblyFixture(typeof(KafkaBroker))]
// Brokers, devices and processes of several tests at once would only slow each other down on two cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
