using System.ComponentModel.DataAnnotations;
using Worker.Core.Features;
using Worker.Learning.Promoting;

namespace Worker.Learner;

/// <summary>When and how heads are made of answers. Section "Learn".</summary>
internal sealed class LearnSection
{
    /// <summary>
    /// A label is trained once so many of its answers have changed. Default 20; range 1 to 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int Answers { get; set; } = 20;

    /// <summary>
    /// A label is also trained once its oldest new answer has waited so many minutes. Default 30; range 0 to 525,600.
    /// </summary>
    [Range(0, 525_600)]
    public int Minutes { get; set; } = 30;

    /// <summary>
    /// How a label that has a head in use gets its next one: Refit on all answers (the default); from the answers that
    /// the head has not seen, with it as Prior or in an Ensemble with it; or of several fits, by Bagging or Stacking.
    /// </summary>
    public LearningMethod Method { get; set; } = LearningMethod.Refit;

    /// <summary>Fits of one label with Bagging. Default 10; range 5 to 100.</summary>
    [Range(5, 100)]
    public int Members { get; set; } = 10;

    /// <summary>CPU threads of learning and its encoder. Default 1; range 1 to 1,024.</summary>
    [Range(1, 1024)]
    public int Threads { get; set; } = 1;

    /// <summary>
    /// How much learning yields the CPU to classifying in the same container, as Unix's nice: 0 not at all, 19 the
    /// most. Default 10; range 0 to 19. Linux only.
    /// </summary>
    [Range(0, 19)]
    public int Nice { get; set; } = 10;

    /// <summary>
    /// What heads see: taps (the default), mean, cls, layerN, or several joined by +.
    /// </summary>
    [Required]
    public string Feature { get; set; } = FeatureNames.Taps;

    /// <summary>
    /// The newest examples of a label that it is trained on. Default 200,000; range 100 to 10,000,000.
    /// </summary>
    [Range(100, 10_000_000)]
    public int Examples { get; set; } = 200_000;

    /// <summary>
    /// Seconds for which a learner owns the labels that it trains; it renews them. Default 60; range 5 to 3,600.
    /// </summary>
    [Range(5, 3600)]
    public int LeaseSeconds { get; set; } = 60;

    /// <summary>
    /// Answers of each kind without which no head is promoted. Default 20; range 2 to 1,000,000.
    /// </summary>
    [Range(2, 1_000_000)]
    public int PromotionAnswers { get; set; } = 20;

    /// <summary>
    /// Chance that a head which is only as good as the one in use passes the bar of log-loss. Default 0.05; range
    /// 0.001 to 0.49.
    /// </summary>
    [Range(0.001, 0.49)]
    public double PromotionLevel { get; set; } = 0.05;

    /// <summary>
    /// Share of the right decisions of the head in use that a better one may turn wrong. Default 0.02; range 0 to 1.
    /// </summary>
    [Range(0, 1)]
    public double TurnedWrong { get; set; } = 0.02;

    /// <summary>By how much the calibration error may rise. Default 0.01; range 0 to 0.99.</summary>
    [Range(0, 0.99)]
    public double WorseCalibration { get; set; } = 0.01;

    /// <summary>
    /// The share of messages that a head decides at first when it passes, and there is one in use; 0 (the default) for
    /// all at once. Range 0 to 0.99.
    /// </summary>
    [Range(0, 0.99)]
    public double Canary { get; set; }

    /// <summary>
    /// Minutes after which such a head decides all messages, unless something speaks against it. Default 60; range 1 to
    /// 525,600.
    /// </summary>
    [Range(1, 525_600)]
    public int CanaryMinutes { get; set; } = 60;

    /// <summary>
    /// Chance that a head that errs no more than it promised ever raises the alarm in the random audit, over all
    /// labels. Default 0.01; range 0.000001 to 0.5.
    /// </summary>
    [Range(0.000001, 0.5)]
    public double DriftLevel { get; set; } = 0.01;

    public PromotionOptions Promotion => new()
    {
        MinimumAnswers = PromotionAnswers,
        Level = PromotionLevel,
        TurnedWrong = TurnedWrong,
        WorseCalibration = WorseCalibration,
    };
}
