using Worker.Core.Windows;
using Worker.Kafka.Reading;

namespace Worker.Pipeline;

/// <summary>
/// Tells the reader how large the next window may be, from how long the device took for the last. The classifying stage
/// calls it.
/// </summary>
internal sealed class WindowPacer(WindowSize size, WindowLimits limits)
{
    public void Took(int messages, TimeSpan device)
    {
        size.Learn(messages, device);
        limits.MaxMessages = size.Next;
    }
}
