namespace Worker.Measuring;

/// <summary>
/// Repeated measurements of one thing. Machines are noisy, so the best, the median and the worst are given.
/// </summary>
internal sealed class Spread
{
    private readonly List<double> values = [];

    public double Best => values.Max();

    public double Worst => values.Min();

    public double Median => values.Order().ElementAt(values.Count / 2);

    public void Add(double value) => values.Add(value);

    /// <summary>Ratio of this to another; both were measured in turn, and the median of the pairs counts.</summary>
    public double MedianRatio(Spread other) =>
        values.Zip(other.values, (a, b) => a / b).Order().ElementAt(values.Count / 2);

    public override string ToString() => $"{Best,9:N0} (median {Median:N0}, lowest {Worst:N0} of {values.Count})";
}
