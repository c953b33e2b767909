using Microsoft.AspNetCore.OpenApi;

namespace LockNGen.Web.OpenApi;

/// <summary>What the OpenAPI documents of all services have in common.</summary>
public static class OpenApiExtensions
{
    /// <summary>Names the document, and declares how callers authenticate, the errors that any operation may return, and their shape.</summary>
    public static OpenApiOptions Describe(this OpenApiOptions options, string title, string description) => options
        .AddDocumentTransformer(new DocumentInfo(title, description))
        .AddOperationTransformer<CommonErrors>()
        .AddSchemaTransformer<ProblemSchema>();
}
