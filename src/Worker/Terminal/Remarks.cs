namespace Worker.Terminal;

/// <summary>Writes remarks, which are not results, to standard error.</summary>
internal static class Remarks
{
    public static void Write(string line) => Console.Error.WriteLine(line);

    public static void Write(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Write(line);
    }
}
