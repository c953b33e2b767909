using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LockNGen.Web.OpenApi;

/// <summary>Says what a document is about, and how callers say who they are.</summary>
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
            Description = "Where the installation tells callers apart (Auth in the settings); without that no token is asked for.",
        });
        // Either none or a token: which of them depends on the installation.
        document.Security = [[], new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Token, document)] = [] }];
        return Task.CompletedTask;
    }
}
