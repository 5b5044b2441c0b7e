using System.ComponentModel.DataAnnotations;

namespace Worker.Kafka.Configuration;

/// <summary>The names of the topics: the configuration section <c>Kafka:Topics</c>.</summary>
public sealed class KafkaTopics
{
    /// <summary>
    /// Texts to classify: one topic or several, comma separated; one that begins with '^' is a pattern, and every topic
    /// that matches it is read, including one that is created later (<see cref="MessageTopics"/>). Default
    /// <c>messages</c>.
    /// </summary>
    [Required]
    public string Messages { get; set; } = "messages";

    /// <summary>Probabilities and decisions. Default <c>results</c>.</summary>
    [Required]
    public string Results { get; set; } = "results";

    /// <summary>Messages that people should look at. Default <c>review</c>.</summary>
    [Required]
    public string Review { get; set; } = "review";

    /// <summary>Messages that could not be processed, unchanged. Default <c>dead-letters</c>.</summary>
    [Required]
    public string DeadLetters { get; set; } = "dead-letters";

    /// <summary>The heads, compacted: key = label. Default <c>heads</c>.</summary>
    [Required]
    public string Heads { get; set; } = "heads";

    /// <summary>People's answers. Default <c>labels</c>.</summary>
    [Required]
    public string Labels { get; set; } = "labels";
}
