using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LockNGen.Web.OpenApi;

/// <summary>Describes a document, and how callers authenticate.</summary>
internal sealed class DocumentInfo(string title, string description) : IOpenApiDocumentTransformer
{
    private const string Token = "token";

    private static readonly string Version = typeof(DocumentInfo).Assembly.GetName().Version!.ToString(3);

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = title, Description = description, Version = Version };
        document.AddComponent<IOpenApiSecurityScheme>(Token, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "Required if the installation has authentication (Auth in the settings); otherwise no token is needed.",
        });
        // Either none or a token: which of them depends on the installation.
        document.Security = [[], new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Token, document)] = [] }];
        return Task.CompletedTask;
    }
}
