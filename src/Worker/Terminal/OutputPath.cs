namespace Worker.Terminal;

/// <summary>Checks a path that a command will write to, before work whose result could be lost.</summary>
internal static class OutputPath
{
    /// <summary>Checks that a file can be written.</summary>
    /// <param name="option">What names it, e.g. --out.</param>
    /// <param name="path">Null if it is not given.</param>
    /// <param name="inputs">Files that the command reads: none of them is overwritten.</param>
    /// <exception cref="UserError">It cannot be written there.</exception>
    public static void File(string option, string? path, params string?[] inputs)
    {
        if (path is null)
            return;
        if (path.Length == 0 || Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
            throw new UserError($"{option} {path} is {(path.Length == 0 ? "empty" : "a folder")}: name a file");
        var whole = Path.GetFullPath(path);
        if (Array.Exists(inputs, input => input is not null && Path.GetFullPath(input) == whole))
            throw new UserError($"{option} {path} is a file that is read too, and would be lost: name another");
        var folder = Path.GetDirectoryName(whole)!;
        if (!Directory.Exists(folder))
            throw new UserError(System.IO.File.Exists(folder)
                ? $"{option} {path}: {folder} is a file, not a folder: name another"
                : $"{option} {path}: the folder {folder} is not there: make it first, or name another");
        // A device (/dev/stdout) is written in place; its folder does not allow new files.
        if (System.IO.File.Exists(path) && folder.StartsWith("/dev", StringComparison.Ordinal))
            return;
        if (System.IO.File.Exists(path))
            Try(option, path, () => System.IO.File.Open(
                path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose());
        ProbeFolder(option, path, folder);
    }

    /// <summary>Checks that a folder can be created or filled; folders above it may be missing.</summary>
    /// <inheritdoc cref="File"/>
    public static void Folder(string option, string path)
    {
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (System.IO.File.Exists(whole))
            throw new UserError($"{option} {path} is a file: name a folder");
        var above = Path.GetDirectoryName(whole) ?? whole;
        while (!Directory.Exists(above))
        {
            if (System.IO.File.Exists(above))
                throw new UserError($"{option} {path}: {above} is a file, not a folder: name another");
            above = Path.GetDirectoryName(above)!;
        }
        ProbeFolder(option, path, above);
    }

    private static void ProbeFolder(string option, string path, string folder)
    {
        var probe = Path.Combine(folder, $".worker-{Guid.NewGuid():N}");
        Try(option, path, () => new FileStream(
            probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose());
    }

    private static void Try(string option, string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{option} {path} cannot be written: this user may not, or the disk is full or " +
                "read-only; name another place");
        }
    }
}
