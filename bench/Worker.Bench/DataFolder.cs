using Worker.Terminal;

namespace Worker.Bench;

/// <summary>The public data sets, in a folder next to the checkout; they are never committed.</summary>
internal static class DataFolder
{
    /// <exception cref="UserError">It is not there.</exception>
    public static string File(params string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine(["..", "shared", "data", .. parts]));
        return System.IO.File.Exists(path)
            ? path
            : throw new UserError(
                $"{path} is not there: this benchmark needs the public data sets next to the checkout");
    }
}
