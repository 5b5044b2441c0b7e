using System.Numerics;
using Worker.Core.Messages;

namespace Worker.Core.Decisions;

/// <summary>
/// The last 1,024 questions that were asked. A new question may share one of them, or should differ from them.
/// </summary>
internal sealed class RecentQuestions
{
    private const int Capacity = 1024;

    /// <summary>How many of the last questions show what people are being asked about now.</summary>
    private const int Burst = 32;

    private readonly Question[] asked = new Question[Capacity];

    /// <summary>
    /// The hashes of <see cref="asked"/>, stored separately because every uncertain message is compared with all of
    /// them.
    /// </summary>
    private readonly ulong[] hashes = new ulong[Capacity];

    /// <summary>Where in <see cref="asked"/> the question about a message is.</summary>
    private readonly Dictionary<SourcePosition, int> places = new(Capacity);
    private int count;
    private int next;

    public void Add(in Question question)
    {
        Forget(next);
        (asked[next], hashes[next]) = (question, question.Hash);
        places[question.Source] = next;
        next = (next + 1) % Capacity;
        count = Math.Min(count + 1, Capacity);
    }

    /// <summary>Forgets the question about a message.</summary>
    public void Remove(SourcePosition source)
    {
        if (places.TryGetValue(source, out var place))
            Forget(place);
    }

    /// <summary>
    /// The question that was asked about this message, if any: a window that is read or built again asks it again.
    /// </summary>
    public bool WasAsked(SourcePosition source) => places.ContainsKey(source);

    /// <summary>
    /// The nearest question by hash that was asked at or after a time, and its distance in bits; 64 if there is none.
    /// </summary>
    public int Nearest(ulong hash, DateTimeOffset since, out SourcePosition source)
    {
        var nearest = 64;
        source = default;
        var all = hashes.AsSpan(0, count);
        for (var i = 0; i < all.Length; i++)
        {
            var distance = BitOperations.PopCount(all[i] ^ hash);
            if (distance < nearest && asked[i].At >= since)
                (nearest, source) = (distance, asked[i].Source);
        }
        return nearest;
    }

    private void Forget(int place)
    {
        // If the question was asked again since then, it is in another place.
        if (places.TryGetValue(asked[place].Source, out var last) && last == place)
            places.Remove(asked[place].Source);
        (asked[place], hashes[place]) = (Question.None, 0);
    }

    /// <summary>Share of the latest questions that had the same main reason.</summary>
    public double Crowding(ReviewReason leading)
    {
        var same = 0;
        for (var i = 1; i <= Math.Min(count, Burst); i++)
        {
            ref readonly var question = ref asked[(next - i + Capacity) % Capacity];
            same += question.Kind == leading.Kind && question.Label == leading.Label ? 1 : 0;
        }
        return (double)same / Burst;
    }

    /// <summary>Share of the remembered questions of a kind that were about the same label; 0 without any.</summary>
    public double Share(ReviewReason leading)
    {
        var (same, all) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            ref readonly var question = ref asked[i];
            if (question.Kind != leading.Kind)
                continue;
            all++;
            same += question.Label == leading.Label ? 1 : 0;
        }
        return all == 0 ? 0 : (double)same / all;
    }

    /// <param name="Source">The message it is about.</param>
    /// <param name="Hash">Of its text.</param>
    /// <param name="At">When it was asked.</param>
    /// <param name="Kind">Of its leading reason.</param>
    /// <param name="Label">Of its leading reason.</param>
    internal readonly record struct Question(
        SourcePosition Source, ulong Hash, DateTimeOffset At, ReviewReasonKind Kind, int Label)
    {
        /// <summary>
        /// Takes the place of a question that was taken back: similar to no message, asked before all time, for no
        /// reason.
        /// </summary>
        public static Question None { get; } = new(default, 0, DateTimeOffset.MinValue, default, int.MinValue);
    }
}
