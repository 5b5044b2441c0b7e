using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Worker.Review.Models;
using Worker.Store;
using Worker.Store.Questions;

namespace Worker.Review.Similar;

/// <summary>Which part of the stored features texts are compared by.</summary>
/// <param name="Encoder">Its hash.</param>
/// <param name="Offset">Floats before it.</param>
/// <param name="Width">Floats that are compared.</param>
/// <param name="Whole">Floats of all features of a text.</param>
internal sealed record ComparedFeature(string Encoder, int Offset, int Width, int Whole);

/// <summary>
/// Keeps the vectors of open questions at hand. Texts are encoded in the background, in the order of their ids, so
/// what is new is read from where reading ended. Any thread.
/// </summary>
/// <param name="feature">What texts are compared by; null while the encoder is not known yet.</param>
internal sealed class SimilarQuestions(LearningStore store, Func<ComparedFeature?> feature) : ISimilarQuestions
{
    private const int PageSize = 2000;

    /// <summary>Looked up at least so many times as many as are wanted: some may be answered by now.</summary>
    private const int Spare = 4;

    private readonly Lock gate = new();
    private ComparedFeature? compared;
    private VectorTable vectors = new(0);
    private long last;

    /// <inheritdoc/>
    public SimilarView Like(long question, int maximum)
    {
        if (feature() is not { } now)
            return new SimilarView([], Ready: false);
        var own = store.QuestionFeatures.Find(now.Encoder, question) ?? throw new QuestionException(
            QuestionFault.Unknown, $"there is no question {question}: it never was, or its text was erased");
        if (Vector(own, now) is not { } vector)
            return new SimilarView([], Ready: false);
        if (TensorPrimitives.Norm(vector) is not (> 0 and < float.PositiveInfinity))
            return new SimilarView([], Ready: true);
        lock (gate)
        {
            Read(now);
            while (true)
            {
                var near = vectors.Nearest(vector, Spare * (maximum + 1));
                var open = store.QuestionFeatures.Open(near.Select(one => one.Id));
                foreach (var (id, _) in near)
                    if (!open.ContainsKey(id))
                        vectors.Remove(id);
                List<SimilarItemView> found =
                [
                    .. near.Where(one => one.Id != question && open.ContainsKey(one.Id)).Take(maximum)
                        .Select(one => new SimilarItemView(one.Id, open[one.Id], one.Cosine)),
                ];
                // Where all of the nearest were answered by now, others come nearer.
                if (found.Count == maximum || open.Count == near.Length)
                    return new SimilarView(found, Ready: true);
            }
        }
    }

    private void Read(ComparedFeature now)
    {
        if (compared != now)
            (compared, vectors, last) = (now, new VectorTable(now.Width), 0);
        while (true)
        {
            var page = store.QuestionFeatures.Next(now.Encoder, last, PageSize);
            foreach (var one in page)
            {
                // What comes after it is not encoded either: it is read next time.
                if (Vector(one, now) is not { } vector)
                    return;
                vectors.Set(one.Id, vector);
                last = one.Id;
            }
            if (page.Count < PageSize)
                return;
        }
    }

    /// <summary>Null while its text is not encoded.</summary>
    private static float[]? Vector(QuestionVector question, ComparedFeature feature)
    {
        if (question.Vector is null)
            return null;
        var halves = MemoryMarshal.Cast<byte, Half>(question.Vector);
        var vector = new float[feature.Width];
        if (halves.Length == feature.Whole)
            TensorPrimitives.ConvertToSingle(halves.Slice(feature.Offset, feature.Width), vector);
        return vector;
    }
}
