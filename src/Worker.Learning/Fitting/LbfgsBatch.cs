namespace Worker.Learning.Fitting;

/// <summary>
/// Runs many L-BFGS fits side by side: each pass over the features serves all that are not finished yet.
/// </summary>
internal static class LbfgsBatch
{
    /// <summary>Runs until every fit is finished; fits that finish early cost nothing more.</summary>
    /// <param name="pass">Evaluates objectives.</param>
    /// <param name="fits">Finished fits are not changed.</param>
    /// <param name="afterPass">Called with the number of fits still running.</param>
    public static void Run(LossPass pass, IReadOnlyList<Lbfgs> fits, ParallelOptions parallel, Action<int> afterPass)
    {
        var active = fits.Where(fit => !fit.Finished).ToArray();
        while (active.Length > 0)
        {
            parallel.CancellationToken.ThrowIfCancellationRequested();
            pass.Evaluate([.. active.Select(fit => fit.Objective)]);
            Parallel.ForEach(active, parallel, fit => fit.Advance());
            active = [.. active.Where(fit => !fit.Finished)];
            afterPass(active.Length);
        }
    }
}
