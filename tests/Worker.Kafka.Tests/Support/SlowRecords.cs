using System.Collections;
using Worker.Kafka.Publishing;

namespace Worker.Kafka.Tests.Support;

/// <summary>Records of which the last one is slow.</summary>
internal sealed class SlowRecords(OutgoingRecord[] records, TimeSpan delay) : IReadOnlyList<OutgoingRecord>
{
    private int reads;

    public int Count => records.Length;

    public OutgoingRecord this[int index]
    {
        get
        {
            // Its size and its route are looked at before the transaction.
            if (index == Count - 1 && ++reads == 3)
                using (var never = new ManualResetEventSlim())
                    never.Wait(delay);
            return records[index];
        }
    }

    public IEnumerator<OutgoingRecord> GetEnumerator() => records.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
