namespace Worker.Training;

/// <summary>Unlike Progress&lt;T&gt;, reports on the caller's thread, in order.</summary>
internal sealed class Direct<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
