using System.CommandLine;
using Worker.Bench.Quality;
using Worker.Commands;
using Worker.Encoders;
using Worker.Terminal;

namespace Worker.Bench.Anomaly;

/// <summary>What comparing with known texts costs, and how well it recognises unknown texts.</summary>
internal static class AnomalyBench
{
    public static Command Create()
    {
        var what = new Argument<string>("what") { Description = "cost or figures", DefaultValueFactory = _ => "cost" };
        what.AcceptOnlyFromAmong("cost", "figures");
        var repeats = new Option<int>("--repeats")
        {
            Description = "How often each figure is measured, in turn",
            DefaultValueFactory = _ => 7,
        };
        var model = new ModelOptions();
        var command = new Command(
            "anomaly",
            "The share of throughput that anomaly scores take (cost), or how well they tell unlike texts " +
            "(figures)") { what, repeats };
        model.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            using var folder = ModelFolder.Open(parsed.GetValue(model.Model)!);
            var section = model.Section(parsed, folder.Bundle);
            if (parsed.GetValue(what) == "cost")
            {
                foreach (var precision in section.Precision == "auto" ? ["f32", "int8"] : new[] { section.Precision })
                    AnomalyCost.Run(
                        new EncoderSection
                        {
                            Bundle = section.Bundle,
                            Device = section.Device,
                            Precision = precision,
                            Threads = section.Threads,
                        }, parsed.GetValue(repeats));
                return Task.FromResult(ExitCode.Done);
            }
            section.Precision = section.Precision == "auto" ? "f32" : section.Precision;
            var cache = new FeatureCache("artifacts/features", section);
            var (_, clinc, baselines) = AnomalyFigures.Clinc(cache, stop);
            AnomalyFigures.Print("CLINC150, in scope against out of scope", clinc, baselines);
            AnomalyFigures.Print(
                "SMS, ham known only, against spam", AnomalyFigures.SmsOneClass(cache, section, 1, stop), []);
            foreach (var (unknown, perplexity, metrics) in AnomalyFigures.WithPerplexity(cache, section, stop))
                AnomalyFigures.Print(
                    $"CLINC150 against {unknown}, {(perplexity ? "with" : "without")} perplexity", metrics, []);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
