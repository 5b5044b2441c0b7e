using Worker.Learning.Examples;
using Worker.Store;
using Worker.Store.Examples;

namespace Worker.Learner;

/// <summary>
/// The texts that a round's labels have answers on: read once for all its batches. So copies are found once, and a
/// label's head does not depend on the batch that it is in.
/// </summary>
/// <param name="Ids">Of the texts, rising; one a row.</param>
/// <param name="Data">The texts, without labels.</param>
internal sealed record RoundTexts(long[] Ids, DataSet Data)
{
    /// <param name="labels">Which.</param>
    /// <param name="maximum">Of each label the newest, so many at most.</param>
    public static RoundTexts Read(LearningStore store, IEnumerable<LabelState> labels, int maximum)
    {
        var texts = store.Examples.Texts(store.Examples.TextsOf(labels.Select(label => label.Id), maximum));
        long[] ids = [.. texts.Keys.Order()];
        return new RoundTexts(
            ids, new DataSet([.. ids.Select(id => texts[id])], [], new AnswerMatrix(ids.Length, 0, [])));
    }
}
