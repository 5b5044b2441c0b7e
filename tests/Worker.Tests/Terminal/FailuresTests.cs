using System.Reflection;
using Worker.Core;
using Worker.Terminal;

namespace Worker.Tests.Terminal;

public class FailuresTests
{
    /// <summary>Caught where it is thrown, always.</summary>
    private const string Inside = "MustAbortException";

    [Fact]
    public void Every_exception_of_the_product_is_foreseen()
    {
        var executable = typeof(Failures).Assembly;
        var libraries = executable.GetReferencedAssemblies()
            .Where(name => name.Name!.StartsWith("Worker.", StringComparison.Ordinal)).Select(Assembly.Load).ToArray();
        Assert.Equal(7, libraries.Length);
        var unforeseen = libraries.Append(executable).SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsSubclassOf(typeof(Exception)) && type.Name != Inside
                && !type.IsAssignableTo(typeof(UserFacingException)) && !type.IsAssignableTo(typeof(FormatException)));
        Assert.Empty(unforeseen);
    }

    [Fact]
    public void What_people_cannot_mend_is_a_bug()
    {
        Assert.True(Failures.IsForeseen(new UserError("no such file")));
        Assert.True(Failures.IsForeseen(new FormatException()));
        Assert.False(Failures.IsForeseen(new InvalidOperationException()));
    }
}
