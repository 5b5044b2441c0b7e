using Worker.Tests;
using Worker.Tests.Security;

[assembly: AssemblyFixture(typeof(TinyModel))]
[assembly: AssemblyFixture(typeof(KafkaBroker))]
[assembly: AssemblyFixture(typeof(SecureBroker))]
// Brokers, devices and processes of several tests at once would only slow each other down on two cores.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
