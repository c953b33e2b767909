using Microsoft.AspNetCore.OpenApi;

namespace LockNGen.Web.OpenApi;

/// <summary>What the OpenAPI documents of all services declare alike.</summary>
public static class OpenApiExtensions
{
    /// <summary>Declares the errors that any operation may answer, and their shape.</summary>
    public static OpenApiOptions AddErrors(this OpenApiOptions options) =>
        options.AddOperationTransformer<CommonErrors>().AddSchemaTransformer<ProblemSchema>();
}
