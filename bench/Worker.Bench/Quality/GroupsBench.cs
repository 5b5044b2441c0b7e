using System.CommandLine;
using System.Diagnostics;
using Worker.Learning.Examples;
using Worker.Terminal;

namespace Worker.Bench.Quality;

/// <summary>
/// How texts of the public sets group into copies and near-copies: large groups of different texts would be an error.
/// </summary>
internal static class GroupsBench
{
    public static Command Create()
    {
        var command = new Command("groups",
            "Copies and near-copies in the public sets: distinct texts, largest groups, time");
        command.SetAction(_ =>
        {
            Console.WriteLine($"{"set",-12} {"texts",7} {"distinct",9} {"seconds",8}   largest groups");
            Show("banking", Whole(PublicSets.Banking()));
            Show("clinc", Whole(PublicSets.Clinc()));
            Show("sms", [.. PublicSets.Sms().Select(text => text.Text)]);
            Show("offensive", Whole(PublicSets.TweetOffensive()));
            Show("emotion", Whole(PublicSets.TweetEmotion()));
            Show("goemotions", Whole(PublicSets.GoEmotions()));
            return ExitCode.Done;
        });
        return command;
    }

    private static string[] Whole(QualitySet set) =>
        [.. set.Train.Texts, .. set.Name == "banking" ? [] : set.Validation.Texts, .. set.Test.Texts];

    private static void Show(string name, string[] texts)
    {
        var watch = Stopwatch.StartNew();
        var groups = TextGroups.Of(texts);
        var seconds = watch.Elapsed.TotalSeconds;
        var sizes = groups.Sizes();
        var largest = Enumerable.Range(0, groups.Count).OrderByDescending(group => sizes[group]).Take(8).ToArray();
        Console.WriteLine(
            $"{name,-12} {texts.Length,7} {groups.Count,9} {seconds,8:F2}   " +
            $"{string.Join(' ', largest.Select(group => sizes[group]))}");
        foreach (var group in largest.Take(3))
        {
            var some = Enumerable.Range(0, texts.Length).Where(text => groups[text] == group)
                .Select(text => texts[text]).Distinct(StringComparer.Ordinal).Take(4);
            Console.WriteLine($"  {string.Join(" | ", some.Select(Short))}");
        }
    }

    private static string Short(string text) => text.Length > 70 ? text[..67] + "..." : text;
}
