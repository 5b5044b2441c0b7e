using FsCheck;
using FsCheck.Fluent;
using Worker.Core.Numerics;

namespace Worker.Core.Tests.Numerics;

public class NearestRowsTests
{
    private static readonly ParallelOptions TwoThreads = new() { MaxDegreeOfParallelism = 2 };

    [Fact]
    public void The_nearest_are_those_that_a_plain_search_finds() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var (rows, width, queries) = (1 + random.Next(150), 1 + random.Next(40), 1 + random.Next(20));
            var k = 1 + random.Next(Math.Min(rows, 20));
            var (bank, asked, offsets) = (
                Numbers(random, rows * width), Numbers(random, queries * width), Numbers(random, rows));
            var (products, found) = (new float[queries * k], new int[queries * k]);
            NearestRows.Find(new PackedMatrix(bank, width, offsets), asked, queries, k, products, found, TwoThreads);
            for (var query = 0; query < queries; query++)
            {
                var plain = Enumerable.Range(0, rows).Select(row => offsets[row] + Dot(asked, query, bank, row, width))
                    .ToArray();
                var best = plain.OrderDescending().Take(k).ToArray();
                for (var i = 0; i < k; i++)
                {
                    Assert.Equal(best[i], products[query * k + i], 1e-4);
                    Assert.Equal(plain[found[query * k + i]], products[query * k + i], 1e-4);
                }
                Assert.Equal(k, found.AsSpan(query * k, k).ToArray().Distinct().Count());
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void All_products_are_those_of_a_plain_multiplication()
    {
        var random = new Random(1);
        var (bank, asked) = (Numbers(random, 45 * 17), Numbers(random, 19 * 17));
        var products = new float[19 * 45];
        new PackedMatrix(bank, 17, []).MultiplyAll(asked, 19, products, TwoThreads);
        for (var query = 0; query < 19; query++)
            for (var row = 0; row < 45; row++)
                Assert.Equal(Dot(asked, query, bank, row, 17), products[query * 45 + row], 1e-4);
    }

    [Fact]
    public void A_packed_matrix_gives_its_rows_back_and_refuses_half_a_row()
    {
        var bank = Numbers(new Random(1), 40 * 3);
        var packed = new PackedMatrix(bank, 3, []);
        Assert.Equal(bank[105..108], packed.Row(35));
        Assert.Throws<ArgumentException>(() => new PackedMatrix(bank, 7, []));
        Assert.Throws<ArgumentException>(() => new PackedMatrix(bank, 3, [1]));
    }

    private static float[] Numbers(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];

    private static float Dot(float[] a, int row, float[] b, int other, int width)
    {
        var sum = 0.0;
        for (var k = 0; k < width; k++)
            sum += (double)a[row * width + k] * b[other * width + k];
        return (float)sum;
    }
}
