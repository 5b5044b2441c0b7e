using Worker.Learning.Reading;

namespace Worker.Demo;

/// <summary>What the demo is asked for.</summary>
/// <param name="Data">The person's own texts; null for the sample inbox.</param>
/// <param name="Reading">How they are read.</param>
/// <param name="Heads">A file of heads; null to train some.</param>
/// <param name="Messages">How many messages are streamed; null for as many as half a minute takes.</param>
/// <param name="Precision">auto, f32 or int8.</param>
/// <param name="Device">auto, cpu or cuda.</param>
internal sealed record DemoOptions(
    string? Data, ReadingOptions Reading, string? Heads, int? Messages, string Precision, string Device);
