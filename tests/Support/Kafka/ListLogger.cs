using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Worker.Testing;

/// <summary>Keeps every line: "category level text".</summary>
/// <param name="source">
/// Who writes, where several share <paramref name="lines"/>: it begins the line, after the time of day (UTC).
/// </param>
internal sealed class ListLogger(string? source = null, ConcurrentQueue<string>? lines = null) : ILoggerFactory
{
    public ConcurrentQueue<string> Lines { get; } = lines ?? [];

    public ILogger CreateLogger(string categoryName) => new Category(source, categoryName, Lines);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Category(string? source, string name, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{Prefix()}{name} {logLevel} {formatter(state, exception)}{exception}");

        private string Prefix() => source is null ? "" : $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {source} ";
    }
}
