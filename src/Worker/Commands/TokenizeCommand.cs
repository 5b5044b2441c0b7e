using System.CommandLine;
using Worker.Encoders;
using Worker.Onnx.Bundles;
using Worker.Terminal;

namespace Worker.Commands;

/// <summary>worker tokenize: {"text"} in, {"ids"} out.</summary>
internal static class TokenizeCommand
{
    // The length of BERT's position embeddings, if the folder says nothing else.
    private const int BertPositions = 512;

    public static Command Create()
    {
        var vocabulary = new Option<string>("--vocab")
        {
            Description = "Folder with vocab.txt or tokenizer.json",
            Required = true,
        };
        var maxTokens = CheckedOptions.Number(
            "--max-tokens",
            "Cut texts at this many tokens, [CLS] and [SEP] included, 0 for no limit; default: model_max_length, or " +
            "else 512",
            new NumberRange<int>(2) { Or = 0 });
        var command = new Command("tokenize", "Read JSON lines {\"text\"} on standard input, write {\"ids\"}")
        {
            vocabulary, maxTokens,
        };
        command.SetAction((parsed, stop) => Run(parsed.GetValue(vocabulary)!, parsed.GetValue(maxTokens), stop));
        return command;
    }

    private static Task<int> Run(string folder, int? asked, CancellationToken stop)
    {
        var tokenizer = ModelFolder.IsBundle(folder)
            ? TokenizerFolder.Open(EncoderBundle.Open(folder)) : TokenizerFolder.Open(folder);
        var maxTokens = asked ?? tokenizer.Definition.ModelMaxTokens ?? BertPositions;
        return JsonLines.Answer(256, (texts, write) =>
        {
            foreach (var text in texts)
            {
                write(json =>
                {
                    json.WriteStartArray("ids");
                    foreach (var id in ModelFolder.Ids(tokenizer, text, maxTokens == 0 ? int.MaxValue : maxTokens))
                        json.WriteNumberValue(id);
                    json.WriteEndArray();
                });
            }
        }, stop);
    }
}
