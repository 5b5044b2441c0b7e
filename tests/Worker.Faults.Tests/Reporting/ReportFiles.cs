namespace Worker.Faults.Tests.Reporting;

/// <summary>What a run leaves in its folder besides the workers' logs.</summary>
internal static class ReportFiles
{
    /// <summary>report.txt, injections.txt (what was done when), and violations.txt if there are any.</summary>
    public static void Write(Report report)
    {
        File.WriteAllText(Path.Combine(report.Options.Folder, "report.txt"), ReportText.Of(report));
        File.WriteAllLines(Path.Combine(report.Options.Folder, "injections.txt"), report.Injections.OrderBy(injection =>
            injection.FromMs).Select(injection =>
            $"{injection.FromMs / 1000.0,8:F2} s to {injection.HealedMs / 1000.0,8:F2} s  {injection.Kind} " +
            $"{injection.Target}, flows again at {report.Flow.FlowsAgainMs(injection.CountFromMs) / 1000.0:F2} s"));
        if (report.Verdict.Violations.Count > 0)
            File.WriteAllLines(Path.Combine(report.Options.Folder, "violations.txt"),
                report.Verdict.Violations.Select(violation => $"{violation.Breach}: {violation.What}"));
    }
}
