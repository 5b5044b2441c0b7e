namespace Worker.Demo;

/// <summary>What the demo is asked for.</summary>
/// <param name="Data">The person's own texts; null for the sample inbox.</param>
/// <param name="Messages">How many messages are streamed; null for as many as half a minute takes.</param>
/// <param name="Precision">auto, f32 or int8.</param>
/// <param name="Device">auto, cpu or cuda.</param>
internal sealed record DemoOptions(string? Data, int? Messages, string Precision, string Device);
