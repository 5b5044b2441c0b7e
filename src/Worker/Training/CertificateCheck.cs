using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Certifying;
using Worker.Learning.Examples;
using Worker.Terminal;

namespace Worker.Training;

/// <summary>Holds the certificates that heads have against answers that came in later.</summary>
internal static class CertificateCheck
{
    /// <summary>One watch for each head with a certificate, having seen the answers in their order.</summary>
    /// <param name="data">Answered texts of the uniform audit arm, in the order in which they came; of copies the first
    /// counts.</param>
    /// <exception cref="HeadRefusedException">A head is for another encoder.</exception>
    /// <exception cref="UserError">No head has a certificate.</exception>
    public static IReadOnlyList<CertificateWatch> Run(LoadedEncoder loaded, DataSet data, IReadOnlyList<Head> heads)
    {
        Head[] certified = [.. heads.Where(head => head.Certificate is not null)];
        if (certified.Length == 0)
            throw new UserError(
                "none of these heads has a certificate to check: give them some with 'worker certify' first");
        return CertificateWatch.Over(TextTraining.Score(loaded, data, certified), data.Groups);
    }
}
