namespace Worker.Onnx.Importing;

/// <summary>
/// A folder next to its destination that takes the destination's name when it is complete, and is deleted otherwise. So
/// nobody ever sees half a bundle.
/// </summary>
internal sealed class StagingFolder : IDisposable
{
    private readonly string destination;

    /// <param name="destination">The final path: absolute, without a separator at its end.</param>
    public StagingFolder(string destination)
    {
        this.destination = destination;
        // The same parent is the same file system, so the rename is one step.
        Path = Beside("importing");
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EncoderException($"{Path}: cannot be created: {error.Message}", error);
        }
    }

    public string Path { get; }

    /// <summary>Moves the folder into place and replaces what was there.</summary>
    public void Publish()
    {
        var old = Beside("replaced");
        if (Directory.Exists(destination))
            Directory.Move(destination, old);
        Directory.Move(Path, destination);
        if (Directory.Exists(old))
            Directory.Delete(old, recursive: true);
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    private string Beside(string purpose) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(destination)!,
            $".{System.IO.Path.GetFileName(destination)}.{purpose}-{Guid.NewGuid():N}");
}
