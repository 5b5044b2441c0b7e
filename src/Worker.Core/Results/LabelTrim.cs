using Worker.Core.Decisions;

namespace Worker.Core.Results;

/// <summary>Picks the labels that a result names. One caller at a time.</summary>
internal sealed class LabelTrim(ResultOptions options)
{
    private float[] scratch = [];
    private float lowest;
    private int roomAtLowest;

    /// <summary>Whether any label is ever left out.</summary>
    public bool IsOn => options.MinScore > 0 || options.TopK > 0 || options.OnlyYes;

    /// <summary>Begins a message; call <see cref="Names"/> for each of its labels in order.</summary>
    /// <param name="probabilities">One per label.</param>
    public void Begin(ReadOnlySpan<float> probabilities)
    {
        (lowest, roomAtLowest) = (float.NegativeInfinity, int.MaxValue);
        if (options.TopK == 0 || options.TopK >= probabilities.Length)
            return;
        if (scratch.Length < probabilities.Length)
            scratch = new float[probabilities.Length];
        var copy = scratch.AsSpan(0, probabilities.Length);
        probabilities.CopyTo(copy);
        lowest = Largest(copy, options.TopK);
        // If labels have equal probabilities, the first in label order are named.
        roomAtLowest = options.TopK;
        foreach (var p in probabilities)
            roomAtLowest -= p > lowest ? 1 : 0;
    }

    /// <summary>Whether the next label is named.</summary>
    public bool Names(float probability, Decision decision)
    {
        if (probability < lowest || probability < options.MinScore || (options.OnlyYes && decision != Decision.Yes))
            return false;
        return probability > lowest || roomAtLowest-- > 0;
    }

    /// <summary>The k-th largest value, by quickselect (Hoare 1961); reorders the values.</summary>
    private static float Largest(Span<float> values, int k)
    {
        var (from, to) = (0, values.Length - 1);
        while (from < to)
        {
            var pivot = values[(from + to) / 2];
            var (i, j) = (from, to);
            while (i <= j)
            {
                while (values[i] > pivot)
                    i++;
                while (values[j] < pivot)
                    j--;
                if (i > j)
                    break;
                (values[i], values[j]) = (values[j], values[i]);
                i++;
                j--;
            }
            if (k - 1 <= j)
                to = j;
            else if (k - 1 >= i)
                from = i;
            else
                break;
        }
        return values[k - 1];
    }
}
