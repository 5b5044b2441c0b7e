using Worker.Core;

namespace Worker.Terminal;

/// <summary>
/// An error that the person at the command line can fix; the message says what, where and what to do.
/// </summary>
internal sealed class UserError : UserFacingException
{
    public UserError(string message, int exitCode = ExitCode.Failed)
        : base(message) => Code = exitCode;

    public int Code { get; }
}
