using System.ComponentModel.DataAnnotations;

namespace Worker.Review.Http;

/// <summary>Where the review page and the API are, and who may use them. Section "Web".</summary>
internal sealed class WebOptions
{
    /// <summary>
    /// Address that is listened on. Default 127.0.0.1: this machine alone, and a one-time link in the log opens the
    /// page. Any other needs <see cref="ApiKeys"/> or <see cref="Oidc"/>.
    /// </summary>
    [RegularExpression(
        @"[0-9a-fA-F.:]+", ErrorMessage = "Web:Address must be an IP address, e.g. 127.0.0.1 or 0.0.0.0")]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port of the page and the API. Default 8081; 0 for any free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8081;

    /// <summary>Whose answers those of the one-time link are. Empty (the default): this process's user.</summary>
    [StringLength(200)]
    public string Person { get; set; } = "";

    /// <summary>
    /// Keys of programs, one a line of 'worker review key': name, scopes (read, answer, admin) and the key's SHA-256.
    /// </summary>
    public string[] ApiKeys { get; set; } = [];

    public OidcOptions Oidc { get; set; } = new();

    /// <summary>
    /// Whether a reverse proxy stands before it that ends TLS and sets X-Forwarded-For, -Proto and -Host. Default
    /// false.
    /// </summary>
    public bool BehindProxy { get; set; }

    /// <summary>Seconds for which a question belongs to who got it. Default 600; range 10 to 86,400.</summary>
    [Range(10, 86_400)]
    public int LeaseSeconds { get; set; } = 600;

    /// <summary>
    /// Share of answers to which somebody else gives a second opinion, more where people contradict each other about
    /// the label. Default 0.05; range 0 to 1.
    /// </summary>
    [Range(0, 1)]
    public double SecondOpinions { get; set; } = 0.05;

    /// <summary>
    /// Share of texts answered in bulk that somebody else reads one by one. Default 0.05; range 0 to 1.
    /// </summary>
    [Range(0, 1)]
    public double BulkAudit { get; set; } = 0.05;

    /// <summary>Bytes of a request at most. Default 1 MiB; range 1,024 to 1 GiB.</summary>
    [Range(1024, 1 << 30)]
    public int MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>Requests a second of one person or key at most. Default 100; range 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int RequestsPerSecond { get; set; } = 100;

    public TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);
}

/// <summary>An OpenID Connect provider that says who people are.</summary>
internal sealed class OidcOptions
{
    /// <summary>Its address, e.g. https://login.example.com/realms/reviewers. Empty: none.</summary>
    public string Authority { get; set; } = "";

    /// <summary>This page's client id there.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>This page's secret there; a secret.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>The claim that holds people's roles. Default roles.</summary>
    public string RolesClaim { get; set; } = "roles";

    /// <summary>The role that may look. Default worker-read.</summary>
    public string ReadRole { get; set; } = "worker-read";

    /// <summary>The role that may answer. Default worker-answer.</summary>
    public string AnswerRole { get; set; } = "worker-answer";

    /// <summary>The role that may promote heads and roll them back. Default worker-admin.</summary>
    public string AdminRole { get; set; } = "worker-admin";

    public bool IsOn => Authority.Length > 0;
}
