namespace Worker.Learning.Fitting;

/// <summary>Random under- and oversampling of one label's answers, as weights that its fits see.</summary>
internal static class Resampling
{
    /// <summary>Rows of one label's texts, fold by fold: those of the rarer answer and the others.</summary>
    public static IEnumerable<(List<int> Rare, List<int> Frequent)> Folds(CrossFitAnswers answers, int label)
    {
        var (positives, negatives) = answers.Count(label);
        var rare = positives <= negatives ? 1 : -1;
        var folds = new SortedDictionary<int, (List<int> Rare, List<int> Frequent)>();
        for (var row = 0; row < answers.Originals; row++)
        {
            var code = answers[row, label];
            if (code == 0)
                continue;
            if (!folds.TryGetValue(Math.Abs(code), out var fold))
                folds[Math.Abs(code)] = fold = ([], []);
            (Math.Sign(code) == rare ? fold.Rare : fold.Frequent).Add(row);
        }
        return folds.Values;
    }

    /// <summary>Keeps as many of the frequent answer as of the rare one in each fold.</summary>
    public static void Under(CrossFitAnswers answers, int label, Random random)
    {
        foreach (var (rare, frequent) in Folds(answers, label))
        {
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(frequent));
            // At least one, because a fold without any would leave a fit with one kind of answer.
            foreach (var row in frequent.Skip(Math.Max(1, rare.Count)))
                answers.SetWeight(row, label, 0);
        }
    }

    /// <summary>
    /// Draws rows of the rare answer with replacement until there are as many as of the other answer in each fold.
    /// </summary>
    public static void Over(CrossFitAnswers answers, int label, Random random)
    {
        foreach (var (rare, frequent) in Folds(answers, label))
        {
            if (rare.Count == 0)
                continue;
            var times = new int[rare.Count];
            for (var i = rare.Count; i < frequent.Count; i++)
                times[random.Next(rare.Count)]++;
            for (var i = 0; i < rare.Count; i++)
                answers.SetWeight(rare[i], label, 1 + times[i]);
        }
    }
}
