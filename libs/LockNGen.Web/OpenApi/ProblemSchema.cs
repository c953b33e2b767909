using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LockNGen.Web.OpenApi;

/// <summary>Declares the members that our problems have beyond those of RFC 9457.</summary>
internal sealed class ProblemSchema : IOpenApiSchemaTransformer
{
    public async Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type != typeof(ProblemDetails))
            return;
        schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
        schema.Properties["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What is wrong, for programs." };
        schema.Properties["errors"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Description = "Each field or node that is wrong.",
            Items = await context.GetOrCreateSchemaAsync(typeof(ProblemError), cancellationToken: cancellationToken),
        };
    }
}
