
namespace Worker.Store.Tests.Features;

public class FeatureStoreTests(PostgresServer postgres)
{
    [Theory, EachKind]
    public void Features_come_back_to_f16_and_only_of_the_encoder_that_made_them(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "one", "refund", 1), test.Event("2", "two", "refund", 0));
        var missing = test.Store.Features.Missing("encoder", 10);
        Assert.Equal(["one", "two"], missing.Select(text => text.Text));
        float[] values = [0.1f, -2.5f, 1e-3f, 7, 8, 9];
        test.Store.Features.Add("encoder", [.. missing.Select(text => text.Id)], values);
        Assert.Empty(test.Store.Features.Missing("encoder", 10));
        Assert.Equal(2, test.Store.Features.Missing("another", 10).Count);
        var read = new float[9];
        Array.Fill(read, float.NaN);
        var found = test.Store.Features.Read("encoder", [missing[1].Id, 999, missing[0].Id], 3, read);
        Assert.Equal([true, false, true], found);
        Assert.Equal([7, 8, 9], read[..3]);
        Assert.All(read[3..6], value => Assert.True(float.IsNaN(value)));
        foreach (var (expected, actual) in values[..3].Zip(read[6..]))
            Assert.Equal(expected, actual, Math.Abs(expected) / 1000);
    }

    [Theory, EachKind]
    public void Features_of_a_text_that_was_erased_meanwhile_are_not_kept(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "one", "refund", 1));
        var missing = test.Store.Features.Missing("encoder", 10);
        test.Store.Erasure.Text("one");
        test.Store.Features.Add("encoder", [missing[0].Id], [1, 2]);
        Assert.Equal([false], test.Store.Features.Read("encoder", [missing[0].Id], 2, new float[2]));
    }

    [Theory, EachKind]
    public void Features_of_encoders_that_are_gone_can_go(Kind kind)
    {
        using var test = new TestStore(kind, postgres);
        test.Record(test.Event("1", "one", "refund", 1));
        var id = test.Store.Features.Missing("encoder", 10)[0].Id;
        test.Store.Features.Add("old", [id], [1, 2]);
        test.Store.Features.Add("new", [id], [3, 4]);
        Assert.Equal(1, test.Store.Features.KeepOnly("new"));
        Assert.Equal([true], test.Store.Features.Read("new", [id], 2, new float[2]));
        Assert.Equal([false], test.Store.Features.Read("old", [id], 2, new float[2]));
    }
}
