using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;

namespace Worker.Hosting;

/// <summary>What is logged, and how. Section "Logging".</summary>
internal sealed class LoggingSection
{
    /// <summary>Lines for people, or one JSON object per line for programs. Default Text.</summary>
    [EnumDataType(typeof(LogFormat))]
    public LogFormat Format { get; set; } = LogFormat.Text;

    /// <summary>The lowest level of each category that is logged, e.g. Default: Information.</summary>
    public IDictionary<string, LogLevel> LogLevel { get; } = new Dictionary<string, LogLevel>(
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether stack traces and other details are wanted.</summary>
    public bool ShowsDebug =>
        LogLevel.TryGetValue("Default", out var level) && level <= Microsoft.Extensions.Logging.LogLevel.Debug;
}

/// <summary>How a line of the log is written.</summary>
internal enum LogFormat
{
    /// <summary>Time, level, category and message on one line.</summary>
    Text,

    /// <summary>{"Timestamp","LogLevel","Category","Message",...}.</summary>
    Json,
}
