using System.CommandLine;
using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Certifying;
using Worker.Learning.Reading;
using Worker.Learning.Saving;
using Worker.Terminal;
using Worker.Training;

namespace Worker.Commands;

/// <summary>
/// worker certify: learns what heads may decide without people, on answered texts that they were not trained on.
/// </summary>
internal static class CertifyCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description =
                $"Answered texts ({DataArguments.Formats}): a uniform sample of the stream (the audit arm) that no " +
                "head was trained on",
            Required = true,
        };
        var heads = new Option<string>("--heads")
        {
            Description = "Heads as written by 'train', or an encoder bundle, for the heads that its import made",
            Required = true,
        };
        var destination = new Option<string>("--out")
        {
            Description = "File for the certified heads; each is one version higher",
            Required = true
        };
        var check = new Option<bool>("--check")
        {
            Description =
                "Learn nothing new: test the heads' certificates against these answers, in their order, and withdraw " +
                "those that the answers break",
        };
        var thresholds = new ThresholdArguments();
        var reading = new DataArguments();
        var model = new ModelOptions();
        var command = new Command(
            "certify", "Give heads certified bands with a bound on wrong decisions, from answered texts")
        {
            data, heads, destination, check,
        };
        reading.AddTo(command);
        thresholds.AddCertifiedTo(command);
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            OutputPath.File("--out", parsed.GetValue(destination), parsed.GetValue(data));
            var trained = HeadFile.Read(ModelFolder.HeadsFile(parsed.GetValue(heads)!));
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            using var loaded = LoadedEncoder.Open(
                model.Section(
                    parsed, folder.Bundle, [.. trained.Select(h => h.Feature).Distinct(StringComparer.Ordinal)]));
            var answered = ExampleFile.Read(parsed.GetValue(data)!, reading.Read(parsed), Remarks.Write);
            if (parsed.GetValue(check))
            {
                Check(trained, CertificateCheck.Run(loaded, answered, trained), parsed.GetValue(destination)!);
                return ExitCode.Done;
            }
            var certified = TextTraining.Certify(loaded, answered, trained, thresholds.ReadCertified(parsed));
            foreach (var label in trained.Select(h => h.Label).Except(
                certified.Select(h => h.Label), StringComparer.Ordinal))
                Console.Error.WriteLine($"no answers for '{label}': its head is not changed");
            HeadFile.Write(
                parsed.GetValue(destination)!, trained.Select(head =>
                    certified.FirstOrDefault(c => c.Label == head.Label) ?? head));
            Console.WriteLine($"{"label",-24} {"low",7} {"high",7} {"no",16} {"yes",16}   (wrong of decided)");
            foreach (var head in certified)
                Console.WriteLine(
                    $"{head.Label,-24} {head.Thresholds.Low,7:F3} {head.Thresholds.High,7:F3} " +
                    $"{Side(head.Certificate!.No),16} {Side(head.Certificate.Yes),16}");
            foreach (var line in CertificateSummary.Lines(certified))
                Console.WriteLine(line);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Check(IReadOnlyList<Head> trained, IReadOnlyList<CertificateWatch> watches, string destination)
    {
        HeadFile.Write(
            destination, trained.Select(head =>
                watches.FirstOrDefault(watch => watch.Head.Label == head.Label)?.Revised() ?? head));
        Console.WriteLine($"{"label",-24} {"target",7} {"no",20} {"yes",20}   (wrong of decided; error at least)");
        foreach (var watch in watches)
            Console.WriteLine(
                $"{watch.Head.Label,-24} {watch.Certificate.Error,7:F3} {Seen(watch.No),20} " +
                $"{Seen(watch.Yes),20}{Withdrawn(watch)}");
    }

    private static string Seen(ErrorBound side) => $"{side.Errors} of {side.Seen}; {side.Lower:F3}";

    private static string Withdrawn(CertificateWatch watch)
    {
        var (had, has) = (watch.Head.Certificate!, watch.Certificate);
        string[] sides = [.. new[]
        {
            (Had: had.No, Has: has.No, Name: "no"), (Had: had.Yes, Has: has.Yes, Name: "yes"),
        }.Where(side => side.Had is not null && side.Has is null).Select(side => side.Name)];
        return sides.Length == 0 ? "" : $"   withdrawn: {string.Join(" and ", sides)}";
    }

    private static string Side(CertifiedSide? side) => side is null ? "-" : $"{side.Errors} of {side.Decided}";
}
