namespace Worker.Store.Tests;

/// <summary>Both databases.</summary>
internal sealed class EachKindAttribute : Xunit.v3.DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        System.Reflection.MethodInfo testMethod, Xunit.Sdk.DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [new TheoryDataRow<Kind>(Kind.Sqlite), new TheoryDataRow<Kind>(Kind.Postgres)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
