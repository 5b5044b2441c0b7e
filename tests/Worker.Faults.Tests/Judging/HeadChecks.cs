namespace Worker.Faults.Tests.Judging;

/// <summary>
/// Results name the version of their head, which must have been published, and not have been replaced long ago.
/// </summary>
internal static class HeadChecks
{
    /// <summary>Returns how often, in source order, the version went back: a change of owner.</summary>
    public static int Run(Evidence evidence, List<Appearance> appearances, List<Violation> violations)
    {
        var versions = evidence.Heads.OrderBy(head => head.Key).ToList();
        var steps = 0;
        foreach (var partition in appearances.Where(appearance => appearance.Outlet == Outlet.Results)
            .GroupBy(result => result.SourcePartition))
        {
            var newest = 0;
            foreach (var result in partition.OrderBy(result => result.SourceOffset))
            {
                steps += result.HeadVersion < newest ? 1 : 0;
                newest = result.HeadVersion;
                if (!evidence.Heads.ContainsKey(result.HeadVersion))
                {
                    violations.Add(
                        new(Breach.StaleHead,
                        $"message {result.Id}: {result} was scored with head version {result.HeadVersion}, which was " +
                        "never published"));
                    continue;
                }
                var successor = versions.FindIndex(head => head.Key > result.HeadVersion);
                if (successor >= 0 && versions[successor].Value + Oracle.HeadGraceMs < evidence.Sent[result.Id].SentMs)
                    violations.Add(new(Breach.StaleHead,
                        $"message {result.Id}: {result} was scored with head version {result.HeadVersion}, replaced " +
                        $"{(evidence.Sent[result.Id].SentMs - versions[successor].Value) / 1000.0:F0} s before " +
                        "the message was sent"));
            }
        }
        return steps;
    }
}
