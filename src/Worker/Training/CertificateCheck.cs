using Worker.Core.Heads;
using Worker.Encoders;
using Worker.Learning.Certifying;
using Worker.Learning.Examples;
using Worker.Terminal;

namespace Worker.Training;

/// <summary>Tests the certificates of heads against later answers.</summary>
internal static class CertificateCheck
{
    /// <summary>One watch for each head with a certificate; it has seen the answers in their order.</summary>
    /// <param name="data">Answered texts of the uniform audit arm, in the order in which they came; only the first of
    /// several copies counts.</param>
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
