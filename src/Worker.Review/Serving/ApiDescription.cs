using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.OpenApi;
using Worker.Review.Http;
using Worker.Review.Models;
using Worker.Store;

namespace Worker.Review.Serving;

/// <summary>The API's description (OpenAPI 3.1), which docs/openapi.json pins.</summary>
internal static class ApiDescription
{
    /// <summary>Where it is served.</summary>
    public const string Path = "/openapi/v1.json";

    /// <summary>The whole document, as JSON.</summary>
    public static async Task<string> Text(CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("worker-api-");
        try
        {
            using var store = LearningStore.Open(
                new StoreOptions { Path = System.IO.Path.Combine(folder.FullName, "store.db") }, TimeProvider.System);
            // Endpoints are described by their types; nobody calls them.
            await using var server = new ReviewServer(
                new ReviewParts(new WebOptions { Port = 0 }, store, "labels", null!, null!, null!, null!),
                NullLoggerFactory.Instance, TimeProvider.System);
            // What there is, is known once it runs.
            await server.Start(stop);
            using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
            var document = await server.Document(stop);
            document.SerializeAsV31(new OpenApiJsonWriter(writer));
            return writer.ToString();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static void Set(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Worker: questions, answers and heads",
                Version = "v1",
                Description = "Questions of the review queue, answers to them, heads and learning, and " +
                    "classification of texts. Errors are problem details (RFC 9457).",
            };
            // Where it is reached is nobody's business but the reader's.
            document.Servers?.Clear();
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "A key of 'worker review key'.",
                },
            };
            document.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] },
            ];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, _, _) =>
        {
            // The endpoint itself says what is wrong with a header, so for the library none is required.
            foreach (var header in (operation.Parameters ?? []).OfType<OpenApiParameter>())
                header.Required |= header.In == ParameterLocation.Header;
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(IReadOnlyDictionary<string, JsonElement>))
            {
                (schema.MinProperties, schema.MinLength) = (1, null);
                schema.AdditionalProperties = Answer;
            }
            return Task.CompletedTask;
        });
    }

    /// <summary>What may be said to a label.</summary>
    private static OpenApiSchema Answer => new()
    {
        AnyOf =
        [
            new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [JsonValue.Create("yes"), JsonValue.Create("no"), JsonValue.Create("unknown")],
            },
            new OpenApiSchema { Type = JsonSchemaType.Number, Minimum = "0", Maximum = "1" },
        ],
    };
}
