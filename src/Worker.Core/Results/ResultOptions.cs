using System.ComponentModel.DataAnnotations;

namespace Worker.Core.Results;

/// <summary>
/// What a result contains. With hundreds of labels most are no for most messages. A label is named if it passes
/// MinScore, TopK and OnlyYes. Review items name every label. Section "Results".
/// </summary>
public sealed class ResultOptions
{
    /// <summary>Labels with a lower probability are left out. Default 0, none; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinScore { get; set; }

    /// <summary>
    /// Only this many labels, those with the highest probability. Default 0, all; range 0 to 1,000,000.
    /// </summary>
    [Range(0, 1_000_000)]
    public int TopK { get; set; }

    /// <summary>Only labels whose decision is yes. Default false.</summary>
    public bool OnlyYes { get; set; }

    /// <summary>
    /// JSON Pointers (RFC 6901) to fields of the input, separated by commas, whose values are copied into results and
    /// review items as "echo", e.g. <c>/id,/customer/name</c>. A message that is not JSON, or has no such field, has no
    /// echo of it. Default none.
    /// </summary>
    [RegularExpression("^((/([^~/,]|~0|~1)*)+)?(,(/([^~/,]|~0|~1)*)+)*$",
        ErrorMessage = "must be JSON Pointers (RFC 6901) separated by commas, such as /id,/customer/name")]
    public string Echo { get; set; } = "";
}
