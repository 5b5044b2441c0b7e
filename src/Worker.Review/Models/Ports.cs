using Worker.Review.Http;
using Worker.Store;

namespace Worker.Review.Models;

/// <summary>What the server serves.</summary>
/// <param name="LabelsTopic">Where answers go.</param>
internal sealed record ReviewParts(
    WebOptions Options, LearningStore Store, string LabelsTopic, ITextScorer Scorer, IModels Models,
    ISimilarQuestions Similar, ILiveStream Live);

/// <summary>Classifies texts now, as the stream does. Any thread.</summary>
internal interface ITextScorer
{
    /// <param name="texts">At most 256.</param>
    /// <exception cref="RefusedRequestException">There are no heads yet, or the encoder fails on a
    /// text.</exception>
    Task<ClassifyView> Score(IReadOnlyList<string> texts, CancellationToken stop);
}

/// <summary>Heads in use, heads that were made, and what people may do with them. Any thread.</summary>
internal interface IModels
{
    /// <summary>In the order of labels.</summary>
    IReadOnlyList<HeadView> InUse();

    /// <summary>Newest first.</summary>
    /// <exception cref="RefusedRequestException">The store knows no such label.</exception>
    IReadOnlyList<HeadVersionView> History(string label);

    /// <summary>How a head of the store does.</summary>
    /// <exception cref="RefusedRequestException">There is no such head.</exception>
    HeadCurvesView Curves(string label, int version);

    IReadOnlyList<LearningView> Learning();

    IReadOnlyList<KnownLabelView> Labels();

    /// <summary>Puts a head of the store into use.</summary>
    /// <exception cref="Core.UserFacingException">It cannot be done; the message says what can.</exception>
    Task<string> Promote(string label, int? version, string by, string why, CancellationToken stop);

    /// <summary>Puts an earlier head of the topic into use again.</summary>
    /// <exception cref="Core.UserFacingException">It cannot be done; the message says what can.</exception>
    Task<string> RollBack(string label, int? version, CancellationToken stop);

    /// <summary>Has a label trained as soon as a learner is free.</summary>
    /// <exception cref="RefusedRequestException">The store knows no such label.</exception>
    void Train(string label);
}

/// <summary>How the stream does. Any thread.</summary>
internal interface ILiveStream
{
    LiveView Now();
}

/// <summary>Questions with similar texts. Any thread.</summary>
internal interface ISimilarQuestions
{
    /// <summary>Open questions whose texts are most like a question's.</summary>
    /// <param name="maximum">At most so many.</param>
    SimilarView Like(long question, int maximum);
}
