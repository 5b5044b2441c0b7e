using System.ComponentModel.DataAnnotations;

namespace Worker.Core.Results;

/// <summary>
/// Which labels a result names; with hundreds of them most say no to most messages. A label is named when it passes all
/// three. Review items name every label. Section "Results".
/// </summary>
public sealed class ResultOptions
{
    /// <summary>Labels with a lower probability are left out. Default 0, none; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinScore { get; set; }

    /// <summary>Only so many labels, those of the highest probability. Default 0, all; range 0 to 1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int TopK { get; set; }

    /// <summary>Only labels whose decision is yes. Default false.</summary>
    public bool OnlyYes { get; set; }
}
