using System.Numerics.Tensors;

namespace Worker.Learning.Fitting;

/// <summary>
/// Where on the path of penalties the search begins when a label has a head already: one step stronger than that head's
/// own penalty. Which that was the head itself tells: where loss + L2/2·|w|² is lowest, the loss's gradient is −L2·w,
/// and hardly another on the answers that it was fitted on and some more.
/// </summary>
internal static class ParentPenalty
{
    /// <param name="objective">Loss without penalty at the parent's parameters, evaluated, over all rows.</param>
    /// <param name="weight">Weight of the rows that the fits of the path see.</param>
    /// <param name="path">Penalties, strong to weak.</param>
    /// <returns>A place on the path; 0 when the parent was not fitted to such answers.</returns>
    public static int First(Objective objective, double weight, IReadOnlyList<double> path)
    {
        var weights = objective.At.AsSpan(0, objective.At.Length - 1);
        var l2 = -(double)TensorPrimitives.Dot(objective.Gradient.AsSpan(0, weights.Length), weights)
            / TensorPrimitives.SumOfSquares<float>(weights);
        // Of fewer rows the same penalty has a larger share; see CrossFittedLabel.StartFinal.
        l2 *= objective.TotalWeight / weight;
        if (!(l2 > 0 && double.IsFinite(l2)))
            return 0;
        var nearest = 0;
        for (var position = 1; position < path.Count; position++)
            if (Math.Abs(Math.Log(path[position] / l2)) < Math.Abs(Math.Log(path[nearest] / l2)))
                nearest = position;
        return Math.Clamp(nearest - 1, 0, Math.Max(0, path.Count - 2));
    }
}
