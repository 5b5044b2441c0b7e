using Worker.Core.Windows;
using Worker.Kafka.Groups;
using Worker.Kafka.Reading;

namespace Worker.Pipeline;

/// <summary>
/// Tells the reader how large the next window may be, from how long the device took for the last. The classifying stage
/// calls it.
/// </summary>
/// <param name="size">The messages of a window.</param>
/// <param name="bytes">Its bytes; null where long texts are cut, because their bytes then say nothing.</param>
/// <param name="limits">What the reader keeps to.</param>
internal sealed class WindowPacer(WindowSize size, WindowSize? bytes, WindowLimits limits)
{
    public void Took(SourceWindow window, TimeSpan device)
    {
        size.Learn(window.Records.Length, device);
        limits.MaxMessages = (int)size.Next;
        if (bytes is null)
            return;
        bytes.Learn(window.Bytes, device);
        limits.MaxBytes = bytes.Next;
    }
}
