using Worker.Testing;

// One broker for all tests; they keep apart by topic and group names.
[assembly: AssemblyFixture(typeof(KafkaBroker))]
