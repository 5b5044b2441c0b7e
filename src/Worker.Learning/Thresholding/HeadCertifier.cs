using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;

namespace Worker.Learning.Thresholding;

/// <summary>Certifies heads on answered texts that they were not trained on.</summary>
internal static class HeadCertifier
{
    /// <summary>Learns a certified band for each head; copies of a text count once.</summary>
    /// <param name="scored">The heads and their probabilities for the texts.</param>
    /// <param name="groups">The texts' groups of copies.</param>
    /// <param name="options">Error, delta, validity, where uncertain begins, and the clock.</param>
    /// <returns>The heads of labels with answers, each with the next version and a certificate.</returns>
    public static IReadOnlyList<Head> Certify(EvaluatedTexts scored, TextGroups groups, ThresholdOptions options)
    {
        var answers = scored.Answers.OncePerGroup(groups);
        var certified = new List<Head>();
        for (var label = 0; label < scored.Heads.Count; label++)
        {
            int[] rows =
                [.. Enumerable.Range(0, answers.Rows).Where(row => answers[row, label] != AnswerMatrix.Unknown)];
            // A head that was made from a description decides nothing that could be certified.
            if (rows.Length == 0 || scored.Heads[label].Described is not null)
                continue;
            var head = scored.Heads[label];
            var (band, certificate) = CertifiedBand.Learn(
                [.. rows.Select(row => scored.Row(row)[label])],
                [.. rows.Select(row => answers[row, label] == AnswerMatrix.Yes)],
                head.Thresholds.Decide, options, CertificateOrigin.Audit);
            certified.Add(head with
            {
                Version = head.Version + 1,
                Parent = head.Version,
                Thresholds = band,
                Certificate = certificate,
            });
        }
        return certified;
    }
}
