using System.Numerics.Tensors;

namespace Worker.Learning.Fitting;

/// <summary>
/// Synthetic minority oversampling (Chawla et al. 2002) in feature space: points on the line between an example of a
/// label's rarer answer and one of its nearest neighbours of the same answer, both in the same fold, so that no fit
/// sees anything of the rows that it holds out. All labels together get as many points as there are texts, but each may
/// have <see cref="MinimumPoints"/>. So with more than a hundredth as many labels as texts there can be more points
/// than texts.
/// </summary>
internal sealed class Smote(FeatureMatrix features, CrossFitAnswers answers)
{
    private const int Neighbours = 5;

    /// <summary>Neighbours are searched among this many examples of a fold, drawn at random.</summary>
    private const int Candidates = 1000;

    /// <summary>Number of points that a label may always have, however many labels share the total.</summary>
    public const int MinimumPoints = 100;

    /// <summary>Maximum number of points for one label, given the number of labels.</summary>
    public static int Share(int texts, int labels) => Math.Max(MinimumPoints, texts / Math.Max(1, labels));

    /// <summary>One label's points: each a text, its neighbour, and how far towards it.</summary>
    public List<(int From, int To, float Part)> Draw(int label, int maximum, Random random)
    {
        var folds = Resampling.Folds(answers, label).Where(fold => fold.Rare.Count > 1).ToArray();
        var wanted = folds.Sum(fold => Math.Max(0, fold.Frequent.Count - fold.Rare.Count));
        var points = new List<(int, int, float)>();
        foreach (var (rare, frequent) in folds)
        {
            var missing = (long)Math.Max(0, frequent.Count - rare.Count);
            var count = (int)(missing * Math.Min(maximum, wanted) / Math.Max(1, wanted));
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rare));
            var known = rare.Take(Candidates).ToArray();
            var near = new Dictionary<int, int[]>();
            for (var i = 0; i < count; i++)
            {
                var from = known[random.Next(known.Length)];
                if (!near.TryGetValue(from, out var to))
                    near[from] =
                        to = [.. known.Where(row => row != from).OrderBy(row =>
                            TensorPrimitives.Distance(features.Row(from), features.Row(row))).Take(Neighbours)];
                points.Add((from, to[random.Next(to.Length)], random.NextSingle()));
            }
        }
        return points;
    }

    /// <summary>The point's features.</summary>
    public void Write((int From, int To, float Part) point, Span<float> target) =>
        TensorPrimitives.Lerp(features.Row(point.From), features.Row(point.To), point.Part, target);
}
