using Worker.Core.Anomaly;
using Worker.Core.Heads;
using Worker.Kafka.Configuration;
using Worker.Kafka.Groups;
using Worker.Kafka.Heads;
using Worker.Terminal;

namespace Worker.Heads;

/// <summary>
/// What the heads topic holds, as far as it was read: the last record of each label, all records of one label that are
/// still there, and the anomaly reference. Built by one thread.
/// <para>
/// On a head's way (see <see cref="Head"/>) this folder is between the file and the pipeline. The <c>worker heads</c>
/// commands list, compare, publish and roll back against what this class read. Running workers take heads up through
/// <see cref="HeadsFollower"/> and <see cref="HeadRegistry"/>.
/// </para>
/// </summary>
/// <param name="topic">Its name, for errors.</param>
/// <param name="followed">The label whose earlier records are kept; null for none.</param>
/// <param name="signatures">What records are checked with; null for nothing.</param>
internal sealed class TopicHeads(string topic, string? followed = null, HeadSignatures? signatures = null)
{
    private readonly HeadSignatures signatures = signatures ?? HeadSignatures.None;
    private readonly SortedDictionary<string, HeadEntry> last = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> highest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HeadEntry> challengers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HeadEntry> canaries = new(StringComparer.Ordinal);
    private readonly List<HeadEntry> history = [];
    private readonly Dictionary<string, byte[]> referenceKeys = new(StringComparer.Ordinal);
    private readonly HashSet<string> olderKeys = new(StringComparer.Ordinal);
    private readonly AnomalyAssembly assembly = new();

    public string Topic => topic;

    /// <summary>The last record of each label that is not retired, in the order of labels (ordinal).</summary>
    public IReadOnlyList<HeadEntry> Entries => [.. last.Values.Where(entry => !entry.IsTombstone)];

    /// <summary>The heads among <see cref="Entries"/>.</summary>
    public IReadOnlyList<Head> Heads => [.. last.Values.Select(entry => entry.Head).OfType<Head>()];

    /// <summary>
    /// Challengers that run in shadow, in the order of labels (ordinal): their labels have a head of a lower version.
    /// </summary>
    public IReadOnlyList<Head> Challengers =>
        [.. challengers.Keys.Order(StringComparer.Ordinal).Select(label => Beside(challengers, label)).OfType<Head>()];

    /// <summary>
    /// Canaries that decide a share of messages, in the order of labels (ordinal): their labels have a head of a lower
    /// version.
    /// </summary>
    public IReadOnlyList<Head> Canaries =>
        [.. canaries.Keys.Order(StringComparer.Ordinal).Select(Canary).OfType<Head>()];

    /// <summary>Records of the followed label that are still there, the oldest first, tombstones included.</summary>
    public IReadOnlyList<HeadEntry> History => history;

    /// <summary>The anomaly reference that counts; null for none.</summary>
    public PublishedReference? Reference { get; private set; }

    /// <summary>Whether every record of anomaly references is signed as a publication would sign it now.</summary>
    public bool IsReferenceCurrent => olderKeys.Count == 0;

    /// <summary>Keys of records that belong to anomaly references and are not tombstones.</summary>
    public IReadOnlyCollection<byte[]> ReferenceKeys => referenceKeys.Values;

    /// <summary>Reads the topic from its beginning to the end it has now.</summary>
    /// <param name="options">How to reach the topic.</param>
    /// <param name="followed">The label whose earlier records are kept; null for none.</param>
    /// <param name="stop">Stops reading.</param>
    /// <exception cref="Kafka.Clients.KafkaFailureException">No broker answers, or the topic is not there or may not be
    /// read.</exception>
    public static Task<TopicHeads> Read(
        KafkaOptions options, string? followed, CancellationToken stop) => HeadsScan.Read(options, records =>
    {
        var heads = new TopicHeads(options.Topics.Heads, followed, new HeadSignatures(options));
        foreach (var record in records)
            heads.Take(record);
        return heads;
    }, stop);

    /// <summary>
    /// Takes the next record of a partition; a record without a key is not a head's, and is left out.
    /// </summary>
    public void Take(SourceRecord record)
    {
        if (record.Key is null)
            return;
        if (AnomalyRollout.Owns(record.Key))
        {
            TakeReference(record, Convert.ToHexString(record.Key));
            return;
        }
        var (label, role) = HeadKey.Read(record.Key);
        var entry = HeadEntry.Of(record, label, signatures);
        if (entry.Head is { } head)
            highest[entry.Label] = Math.Max(head.Version, highest.GetValueOrDefault(entry.Label));
        if (role != HeadRole.InUse)
        {
            (role == HeadRole.Canary ? canaries : challengers)[entry.Label] = entry;
            return;
        }
        last[entry.Label] = entry;
        if (string.Equals(entry.Label, followed, StringComparison.Ordinal))
            history.Add(entry);
    }

    /// <summary>The last record of a label, which may be a tombstone; null if there is none.</summary>
    public HeadEntry? Find(string label) => last.GetValueOrDefault(label);

    /// <summary>The last record of a label's challenger; null if there is none, or a tombstone.</summary>
    public HeadEntry? Challenger(string label) =>
        challengers.GetValueOrDefault(label) is { IsTombstone: false } entry ? entry : null;

    /// <summary>The canary that decides a share of a label's messages; null for none.</summary>
    public Head? Canary(string label) => Beside(canaries, label) is { CanaryShare: not null } canary ? canary : null;

    /// <summary>The last record of a label's canary, which may be a tombstone; null if there is none.</summary>
    public HeadEntry? CanaryRecord(string label) => canaries.GetValueOrDefault(label);

    /// <summary>The lowest version that is above every one of the label's records that are still there.</summary>
    public int NextVersion(string label) => highest.GetValueOrDefault(label) + 1;

    /// <summary>The last record of a label that is in service, whether it is a head or not.</summary>
    /// <exception cref="UserError">There is none, or it is retired; with the nearest names.</exception>
    public HeadEntry Need(string label) => Find(label) switch
    {
        null => throw Missing(label),
        { IsTombstone: true } retired =>
            throw new UserError($"label '{label}' was retired already ({retired.When} UTC)\n" +
                $"  what to do: 'worker heads rollback' brings it back while topic '{topic}' keeps its last head, " +
                "'worker heads publish' at any time"),
        var entry => entry,
    };

    /// <summary>The error that a label is not there, with the nearest names.</summary>
    public UserError Missing(string label)
    {
        var names = Entries.Select(entry => entry.Label).ToList();
        var hint = NearestNames.Hint(label, names);
        return new UserError($"there is no label '{label}' on topic '{topic}'{(hint.Length > 0 ? ": " + hint : "")}\n" +
            "  what to do: "
            + (names.Count == 0
                ? "it holds no heads, publish some with 'worker heads publish'"
                : $"'worker heads list' names its {names.Count} labels"));
    }

    /// <summary>
    /// The other head of a label, if it runs: as in <see cref="HeadSet"/>, a head whose version is not above that of
    /// the head in use waits, and beside or instead of a head that was made from a description there is none.
    /// </summary>
    private Head? Beside(Dictionary<string, HeadEntry> others, string label) =>
        others.GetValueOrDefault(label)?.Head is { Described: null } other
            && Find(label)?.Head is { Described: null } head && head.Version < other.Version ? other : null;

    private void TakeReference(SourceRecord record, string name)
    {
        var state = signatures.Check(record);
        if (record.Value is null)
            referenceKeys.Remove(name);
        else
            referenceKeys[name] = record.Key!;
        if (record.Value is null || state is SignatureState.Current or SignatureState.Unchecked)
            olderKeys.Remove(name);
        else
            olderKeys.Add(name);
        if (HeadSignatures.Problem(state) is not null)
            return;
        try
        {
            if (assembly.Take(record.Key, record.Value) is { } change)
                Reference = change.Reference is { } bytes ? PublishedReference.Of(bytes) : null;
        }
        catch (AnomalyRefusedException)
        {
            // Workers refuse it too, and go on with what they had.
        }
    }
}

/// <summary>An anomaly reference on the topic.</summary>
/// <param name="Hash">sha256 of its bytes, lower-case hex.</param>
/// <param name="Encoder">Hash of the encoder that it is for.</param>
/// <param name="Bytes">How large it is.</param>
internal sealed record PublishedReference(string Hash, string Encoder, int Bytes)
{
    /// <exception cref="AnomalyRefusedException">It is damaged.</exception>
    public static PublishedReference Of(byte[] reference) =>
        new(AnomalyRollout.HashOf(reference), AnomalyFormat.Parse(reference).Encoder, reference.Length);
}
