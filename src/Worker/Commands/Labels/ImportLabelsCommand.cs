using System.CommandLine;
using Worker.Learner;
using Worker.Store.Examples;
using Worker.Terminal;

namespace Worker.Commands.Labels;

/// <summary>worker labels import: answers of a file into the store.</summary>
internal static class ImportLabelsCommand
{
    private const int BatchEvents = 1000;

    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description =
                $"Answers: label events as 'export' writes them, or labelled texts ({DataArguments.Formats}). What " +
                "is there already is not counted twice",
        };
        var by = new Option<string>("--by")
        {
            Description = "Who answered, for labelled texts",
            DefaultValueFactory = _ => "",
        };
        var (store, reading) = (new StoreArguments(), new DataArguments());
        var command = new Command("import", "Take the answers of a file into the store") { file, by };
        store.AddTo(command);
        reading.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            using var opened = store.Open(parsed, create: true);
            var total = default(BatchReport);
            foreach (var events in AnswerFile.Read(
                parsed.GetValue(file)!, parsed.GetValue(by)!, reading.Read(parsed), TimeProvider.System.GetUtcNow())
                .Chunk(BatchEvents))
            {
                stop.ThrowIfCancellationRequested();
                var report = opened.Examples.Record(new LabelBatch(events, []));
                total = new BatchReport(
                    total.Recorded + report.Recorded, total.Repeated + report.Repeated, total.Erased + report.Erased,
                    total.Changed + report.Changed);
            }
            Console.WriteLine($"{total.Recorded} answered texts recorded in {opened.Description}, {total.Changed} " +
                $"answers changed; {total.Repeated} were there already" +
                (total.Erased > 0 ? $"; {total.Erased} are of erased texts and were left out" : ""));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
