namespace Worker.Testing;

/// <summary>
/// Where tests find the repository's own files and, if it is next to the checkout, the shared folder.
/// </summary>
internal static class Repository
{
    /// <summary>The folder that holds Worker.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The default encoder's Hugging Face folder.</summary>
    public static string MiniLm => Path.Combine(Root, "models", "all-minilm-l6-v2");

    /// <summary>A file below tests/Golden, committed with the repository.</summary>
    public static string Golden(params string[] parts) => Path.Combine([Root, "tests", "Golden", .. parts]);

    /// <summary>A file or folder of ../shared; skips the test, and says so, if it is absent.</summary>
    public static string Shared(params string[] parts)
    {
        var path = Path.Combine([Path.GetDirectoryName(Root)!, "shared", .. parts]);
        Assert.SkipUnless(
            Path.Exists(path), $"needs ../shared/{string.Join('/', parts)}, which is not beside this checkout");
        return path;
    }

    /// <summary>A fresh empty folder, deleted by <see cref="TemporaryFolder.Dispose"/>.</summary>
    public static TemporaryFolder Temporary() => new();

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Worker.sln")))
                return folder;
        throw new InvalidOperationException($"Worker.sln is in no folder above {AppContext.BaseDirectory}");
    }
}

/// <summary>A folder that is deleted with its contents.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("worker-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
