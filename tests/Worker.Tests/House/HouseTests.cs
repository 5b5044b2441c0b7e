using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Worker.Tests.House;

/// <summary>docs/architecture.md matches the code, and no line is longer than an editor's window.</summary>
public partial class HouseTests
{
    private const int Columns = 120;
    private static readonly string Source = Path.Combine(Repository.Root, "src");
    private static readonly string[] Page =
        File.ReadAllLines(Path.Combine(Repository.Root, "docs", "architecture.md"));

    public static TheoryData<string> Projects() =>
        [.. Directory.GetDirectories(Source).Select(path => Path.GetFileName(path)!)];

    public static TheoryData<string> Walks() => ["The way of a message", "The way of a head", "The way of an example",
            "The way of an answer", "The way of a question"];

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_page_names_each_projects_references_and_folders(string project)
    {
        var section = Section($"### {project}");
        var file = XDocument.Load(Path.Combine(Source, project, $"{project}.csproj"));
        var references = file.Descendants("ProjectReference")
            .Select(one => Path.GetFileNameWithoutExtension(one.Attribute("Include")!.Value.Replace('\\', '/')))
            .Order(StringComparer.Ordinal).ToArray();
        Assert.Contains($"Uses: {(references.Length == 0 ? "nothing" : string.Join(", ", references))}.", section);

        var told = section.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1]);
        Assert.Equal(Folders(project), told);
    }

    [Theory]
    [MemberData(nameof(Walks))]
    public void Every_file_of_a_walk_is_there_and_counted(string walk)
    {
        var section = Section($"## {walk}");
        var files = section.SelectMany(line => Type().Matches(line)).Select(match => match.Groups["name"].Value)
            .Distinct(StringComparer.Ordinal).ToList();
        var there = Files(Source).Select(path => Path.GetFileNameWithoutExtension(path))
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(files, file => Assert.Contains(file, there));
        Assert.Contains($"Passes {files.Count} files.", section);
    }

    [Fact]
    public void No_line_of_code_is_longer_than_120_columns()
    {
        var roots = new[] { "src", "tests", "bench" }.Select(folder => Path.Combine(Repository.Root, folder));
        var longer = roots.SelectMany(Files).SelectMany(path => Longer(path).Select(line => $"{path}:{line}")).ToList();
        Assert.True(longer.Count == 0, string.Join('\n', longer));
    }

    [Fact]
    public void Only_the_command_line_writes_to_the_console()
    {
        string[] front = ["Program.cs", "Commands/", "Demo/", "Measuring/", "Terminal/"];
        var executable = Path.Combine(Source, "Worker");
        var others = Files(executable).Where(path => !front.Any(part =>
            Path.GetRelativePath(executable, path).Replace('\\', '/').StartsWith(part, StringComparison.Ordinal)));
        Assert.All(others, path => Assert.DoesNotMatch(ConsoleUse(), File.ReadAllText(path)));
    }

    /// <summary>Numbers of the lines that are too long; raw strings are data and may have any length.</summary>
    private static IEnumerable<int> Longer(string path)
    {
        var isRaw = false;
        var lines = File.ReadAllLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            var fences = RawFence().Count(lines[i]);
            var touchesRaw = isRaw || fences > 0;
            isRaw ^= fences % 2 == 1;
            if (lines[i].Length > Columns && !touchesRaw)
                yield return i + 1;
        }
    }

    private static List<string> Section(string heading)
    {
        var level = heading[..(heading.IndexOf(' ') + 1)];
        return [.. Page.SkipWhile(line => line != heading).Skip(1)
            .TakeWhile(line => !line.StartsWith(level, StringComparison.Ordinal)
                && !(level == "### " && line.StartsWith("## ", StringComparison.Ordinal)))];
    }

    /// <summary>Folders with code, in order, as the page names them.</summary>
    private static IEnumerable<string> Folders(string project) => Files(Path.Combine(Source, project))
        .Select(path => Path.GetRelativePath(Path.Combine(Source, project), Path.GetDirectoryName(path)!))
        .Select(folder => folder.Replace('\\', '/')).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Files(string root) =>
        Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar)
                .Any(part => part is "bin" or "obj"));

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z]+)`", RegexOptions.NonBacktracking)]
    private static partial Regex Type();

    [GeneratedRegex(@"\bConsole\.(?:Error|Out|Write)", RegexOptions.NonBacktracking)]
    private static partial Regex ConsoleUse();

    [GeneratedRegex("\"\"\"+", RegexOptions.NonBacktracking)]
    private static partial Regex RawFence();
}
