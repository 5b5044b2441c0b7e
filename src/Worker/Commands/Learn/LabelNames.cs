using Worker.Store;
using Worker.Store.Examples;
using Worker.Terminal;

namespace Worker.Commands.Learn;

/// <summary>Labels of the store by their names.</summary>
internal static class LabelNames
{
    /// <exception cref="UserError">There is no such label; with the nearest names.</exception>
    public static LabelState Need(LearningStore store, string name)
    {
        var labels = store.Examples.Labels();
        if (labels.FirstOrDefault(label => string.Equals(label.Name, name, StringComparison.Ordinal)) is { } found)
            return found;
        var hint = NearestNames.Hint(name, labels.Select(label => label.Name).ToList());
        throw new UserError($"there is no label '{name}' in {store.Description}{(hint.Length > 0 ? ": " + hint : "")}");
    }
}
