using System.Reflection;

namespace Worker.Hosting;

internal static class Product
{
    /// <summary>This build's version, e.g. 0.1.0.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            .Split('+')[0] ?? "0.0.0";
}
