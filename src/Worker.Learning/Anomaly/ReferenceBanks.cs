using System.Numerics.Tensors;
using Worker.Core.Anomaly;
using Worker.Core.Numerics;
using Worker.Learning.Fitting;

namespace Worker.Learning.Anomaly;

/// <summary>Chooses references and prepares the channels that compare with them.</summary>
internal static class ReferenceBanks
{
    /// <summary>
    /// Number of directions that references keep. With 256 of 384 the default encoder's figures do not change, at two
    /// thirds of the cost.
    /// </summary>
    public const int KeptDirections = 256;

    /// <summary>
    /// Chooses at most a number of rows. Large classes are cut first, to the same size, because one more reference
    /// helps most where there are few. The rows that a class keeps are spread out: first the one nearest its middle,
    /// then repeatedly the one farthest from all kept rows (Gonzalez 1985).
    /// </summary>
    /// <param name="features">The features that distances are computed from; [texts, width].</param>
    public static int[] Thin(
        FeatureMatrix features, int[] rows, int[] classes, int maximum, Random random, ParallelOptions parallel)
    {
        if (rows.Length <= maximum)
            return rows;
        var groups = rows.GroupBy(row => classes[row]).OrderBy(g => g.Key).Select(g => g.ToArray()).ToArray();
        var (low, high) = (0, rows.Length);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (groups.Sum(g => (long)Math.Min(g.Length, middle)) <= maximum)
                low = middle;
            else
                high = middle - 1;
        }
        // The remainder after equal shares goes to the first of the classes that were cut.
        var left = maximum - groups.Sum(g => Math.Min(g.Length, low));
        var quotas = groups.Select(g => g.Length <= low ? g.Length : low + (left-- > 0 ? 1 : 0)).ToArray();
        foreach (var group in groups)
            random.Shuffle(group);
        var kept = new int[groups.Length][];
        // For a class far above its share only a random part is used, because the work would grow with the square.
        Parallel.For(0, groups.Length, parallel, g => kept[g] = quotas[g] == groups[g].Length ? groups[g]
            : Spread(features, groups[g].AsSpan(0, Math.Min(groups[g].Length, 2 * quotas[g])).ToArray(), quotas[g]));
        return [.. kept.SelectMany(group => group).Order()];
    }

    private static int[] Spread(FeatureMatrix features, int[] rows, int maximum)
    {
        var (width, values) = (features.Width, Normalised(features, rows));
        var middle = new float[width];
        for (var i = 0; i < rows.Length; i++)
            TensorPrimitives.Add(middle, values.AsSpan(i * width, width), middle);
        // Highest cosine to any kept row; +∞ for a kept row.
        var closeness = new float[rows.Length];
        Array.Fill(closeness, float.NegativeInfinity);
        var next = 0;
        for (var i = 1; i < rows.Length; i++)
            if (TensorPrimitives.Dot(values.AsSpan(i * width, width), middle) > TensorPrimitives.Dot(
                values.AsSpan(next * width, width), middle))
                next = i;
        var kept = new int[maximum];
        for (var n = 0; n < maximum; n++)
        {
            kept[n] = rows[next];
            closeness[next] = float.PositiveInfinity;
            var own = values.AsSpan(next * width, width);
            for (var i = 0; i < rows.Length; i++)
                if (closeness[i] < float.PositiveInfinity)
                    closeness[i] = Math.Max(closeness[i], TensorPrimitives.Dot(own, values.AsSpan(i * width, width)));
            next = TensorPrimitives.IndexOfMin(closeness);
        }
        return kept;
    }

    /// <summary>Mean cosine distance to the nearest of the rows.</summary>
    public static NeighbourChannel Neighbours(
        string feature, FeatureMatrix features, int[] rows, int neighbours, ParallelOptions parallel)
    {
        var references = Normalised(features, rows);
        if (features.Width <= KeptDirections || rows.Length <= KeptDirections)
            return new NeighbourChannel(feature, features.Width, [], references, Math.Min(neighbours, rows.Length));
        var moments = SecondMoments.Sum(new FeatureMatrix(references, features.Width),
            Enumerable.Range(0, rows.Length).ToArray(), new float[features.Width], parallel);
        for (var i = 0; i < features.Width; i++)
            for (var j = i + 1; j < features.Width; j++)
                moments[i * features.Width + j] = moments[j * features.Width + i];
        var (_, vectors) = SymmetricEigen.Decompose(moments, features.Width);
        var directions = Array.ConvertAll(vectors[..(KeptDirections * features.Width)], v => (float)v);
        var projected = new float[rows.Length * KeptDirections];
        new PackedMatrix(directions, features.Width, []).MultiplyAll(references, rows.Length, projected, parallel);
        return new NeighbourChannel(feature, features.Width, directions, projected, Math.Min(neighbours, rows.Length));
    }

    /// <summary>Local outlier factor among the rows.</summary>
    public static OutlierFactorChannel OutlierFactor(
        string feature, FeatureMatrix features, int[] rows, int neighbours, ParallelOptions parallel)
    {
        var count = rows.Length;
        var k = Math.Clamp(neighbours, 1, count - 1);
        var references = Normalised(features, rows);
        var (cosines, found) = (new float[count * (k + 1)], new int[count * (k + 1)]);
        NearestRows.Find(
            new PackedMatrix(references, features.Width, []), references, count, k + 1, cosines, found, parallel);
        // A reference (or a copy of it) is its own nearest row. If it is not among the rows found, the last of them is
        // one too many.
        var others = new int[count * k];
        var distances = new float[count * k];
        for (var i = 0; i < count; i++)
        {
            var own = Array.IndexOf(found, i, i * (k + 1), k + 1) is >= 0 and var at ? at : i * (k + 1) + k;
            for (int from = i * (k + 1), to = i * k; from < (i + 1) * (k + 1); from++)
                if (from != own)
                    (others[to], distances[to++]) = (found[from], OutlierFactorChannel.DistanceOf(cosines[from]));
        }
        var reaches = new float[count];
        for (var i = 0; i < count; i++)
            reaches[i] = distances[i * k + k - 1];
        var densities = new float[count];
        for (var i = 0; i < count; i++)
        {
            var sum = 0f;
            for (var j = i * k; j < (i + 1) * k; j++)
                sum += Math.Max(reaches[others[j]], distances[j]);
            // Copies of one text would have an infinite density; 1e-6 bounds it.
            densities[i] = k / Math.Max(sum, 1e-6f * k);
        }
        return new OutlierFactorChannel(feature, features.Width, references, reaches, densities, k);
    }

    private static float[] Normalised(FeatureMatrix features, int[] rows)
    {
        var references = new float[rows.Length * features.Width];
        for (var i = 0; i < rows.Length; i++)
            features.Row(rows[i]).CopyTo(references.AsSpan(i * features.Width));
        AnomalyTexts.Normalise(references, features.Width);
        return references;
    }
}
