using System.Diagnostics;

namespace Worker.Review.Tests.Page;

/// <summary>The page's modules are plain JavaScript; TypeScript's checker checks the types in their comments.</summary>
public class TypeTests
{
    private const string Checker = "typescript@5.9";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public void Types_of_the_pages_modules_hold()
    {
        Assert.SkipUnless(Run(out _, "npx", "--version"), "needs npx (of node)");
        Assert.SkipUnless(
            Run(out var found, "npx", "--yes", "--package", Checker, "tsc", "--version"),
            $"{Checker} cannot be had from the npm registry: {found}");
        var isClean = Run(
            out var errors, "npx", "--yes", "--package", Checker, "tsc", "--project",
            Path.Combine(Repository.Root, "src", "Worker.Review", "Page", "tsconfig.json"));
        Assert.True(isClean, errors);
    }

    private static bool Run(out string output, params string[] command)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Path.GetTempPath(),
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            output = process.StandardOutput.ReadToEnd() + errors.Result;
            if (process.WaitForExit(Limit))
                return process.ExitCode == 0;
            process.Kill(entireProcessTree: true);
            return false;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            output = error.Message;
            return false;
        }
    }
}
