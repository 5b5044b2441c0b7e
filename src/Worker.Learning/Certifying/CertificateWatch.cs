using Worker.Core.Heads;
using Worker.Learning.Evaluating;
using Worker.Learning.Examples;

namespace Worker.Learning.Certifying;

/// <summary>
/// Tests a head's certificate against the answers of the uniform audit arm as they come in. When the time-uniform lower
/// bound of a side's error passes the error target, that side's certificate is withdrawn. A true certificate is
/// withdrawn with probability alpha at most, however long it is watched. One caller at a time.
/// </summary>
internal sealed class CertificateWatch
{
    /// <param name="head">A head with a certificate.</param>
    /// <param name="alpha">Probability that a side that keeps its promise is ever withdrawn; in (0, 1).</param>
    /// <exception cref="ArgumentException">The head has no certificate.</exception>
    public CertificateWatch(Head head, double alpha = 0.01)
    {
        Certificate = head.Certificate ?? throw new ArgumentException(
            $"head '{head.Label}' v{head.Version} has no certificate to watch: train it with certified thresholds",
            nameof(head));
        Head = head;
        (Yes, No) = (new ErrorBound(alpha), new ErrorBound(alpha));
    }

    /// <summary>The head that made the decisions.</summary>
    public Head Head { get; }

    /// <summary>The certificate with its remaining sides.</summary>
    public Certificate Certificate { get; private set; }

    /// <summary>The answers to certified yes decisions so far.</summary>
    public ErrorBound Yes { get; }

    /// <summary>The answers to certified no decisions so far.</summary>
    public ErrorBound No { get; }

    /// <summary>One watch for each head; it has seen the answers in the order of the texts.</summary>
    /// <param name="scored">Heads that have certificates, and texts of the uniform audit arm in the order in which they
    /// came.</param>
    /// <param name="groups">The texts' groups of copies; only the first of several copies counts.</param>
    /// <exception cref="ArgumentException">A head has no certificate.</exception>
    public static IReadOnlyList<CertificateWatch> Over(EvaluatedTexts scored, TextGroups groups)
    {
        CertificateWatch[] watches = [.. scored.Heads.Select(head => new CertificateWatch(head))];
        var answers = scored.Answers.OncePerGroup(groups);
        for (var row = 0; row < answers.Rows; row++)
            for (var label = 0; label < watches.Length; label++)
                if (answers[row, label] != AnswerMatrix.Unknown)
                    watches[label].Observe(scored.Row(row)[label], answers[row, label] == AnswerMatrix.Yes);
        return watches;
    }

    /// <summary>Takes in one audited message: the head's probability, and a person's answer.</summary>
    /// <param name="probability">Probability of the head's label, for a message of the uniform audit arm; otherwise the
    /// bound means nothing.</param>
    /// <param name="answer">The person's.</param>
    /// <returns>Whether a side was withdrawn by this answer.</returns>
    public bool Observe(double probability, bool answer)
    {
        // Only decisions that a side made while its certificate was valid; a withdrawn side decides nothing more.
        if (Certificate.Yes is not null && probability >= Head.Thresholds.High)
        {
            Yes.Observe(!answer);
            return Withdraw(Yes, Certificate with { Yes = null });
        }
        if (Certificate.No is not null && probability <= Head.Thresholds.Low)
        {
            No.Observe(answer);
            return Withdraw(No, Certificate with { No = null });
        }
        return false;
    }

    /// <summary>The head as it should run now: the same with the next version, without the withdrawn sides.</summary>
    public Head Revised() => Certificate == Head.Certificate
        ? Head
        : Head with { Version = Head.Version + 1, Parent = Head.Version, Certificate = Certificate };

    private bool Withdraw(ErrorBound bound, Certificate without)
    {
        if (!bound.Exceeds(Certificate.Error))
            return false;
        Certificate = without;
        return true;
    }
}
