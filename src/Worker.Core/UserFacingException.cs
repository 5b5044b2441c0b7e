namespace Worker.Core;

/// <summary>
/// An error that people can fix. The message is written for them: what is wrong, where, and what to do.
/// </summary>
public abstract class UserFacingException : Exception
{
    protected UserFacingException(string message)
        : base(message)
    {
    }

    protected UserFacingException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
