using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;

namespace Worker.Review.Page;

/// <summary>The page's files, from inside the assembly.</summary>
internal static class PageFiles
{
    private const string Prefix = "page/";
    private static readonly FrozenDictionary<string, PageFile> Files = Read();

    /// <summary>Serves them. They hold nobody's data, so anybody may have them.</summary>
    public static void UsePageFiles(this WebApplication app) => app.Use(async (context, next) =>
    {
        var request = context.Request;
        if (!(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            || !Files.TryGetValue(request.Path.Value is null or "/" ? "/index.html" : request.Path.Value, out var file))
        {
            await next(context);
            return;
        }
        context.Response.Headers.ETag = file.Tag;
        // A new version of the worker shows at once; what has not changed is not sent again.
        context.Response.Headers.CacheControl = "no-cache";
        if (request.Headers.IfNoneMatch == file.Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        context.Response.ContentType = file.Type;
        context.Response.ContentLength = file.Bytes.Length;
        if (HttpMethods.IsGet(request.Method))
            await context.Response.Body.WriteAsync(file.Bytes, context.RequestAborted);
    });

    private static FrozenDictionary<string, PageFile> Read()
    {
        var (assembly, types) = (Assembly.GetExecutingAssembly(), new FileExtensionContentTypeProvider());
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => $"/{name[Prefix.Length..]}", name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                types.TryGetContentType(name, out var type);
                return new PageFile(
                    bytes, type is "text/html" or "text/css" or "text/javascript" ? $"{type}; charset=utf-8" : type!,
                    $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"");
            }, StringComparer.Ordinal);
    }

    /// <summary>One file.</summary>
    /// <param name="Tag">Of its content.</param>
    private sealed record PageFile(byte[] Bytes, string Type, string Tag);
}
