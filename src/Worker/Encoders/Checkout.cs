using Worker.Learning.Examples;
using Worker.Learning.Reading;
using Worker.Terminal;

namespace Worker.Encoders;

/// <summary>Files of the checkout that this build is in: the default encoder and the sample inbox.</summary>
internal static class Checkout
{
    private const string Bundle = "models/all-minilm-l6-v2/bundle";

    /// <summary>The default encoder's bundle: below the working folder, or in the checkout.</summary>
    public static string DefaultBundle => Find(Bundle) ?? Bundle;

    /// <summary>The sample inbox's train or test part.</summary>
    /// <exception cref="UserError">It is not there.</exception>
    public static string Inbox(string part) => Find($"samples/inbox/{part}.jsonl")
        ?? throw new UserError($"samples/inbox/{part}.jsonl is not there: run from the checkout (eng/worker)");

    public static DataSet InboxData(string part) => ExampleFile.Read(Inbox(part));

    private static string? Find(string relative)
    {
        if (Path.Exists(relative))
            return relative;
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.Exists(Path.Combine(folder, relative)))
                return Path.Combine(folder, relative);
        return null;
    }
}
