using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LockNGen.Web.OpenApi;

/// <summary>Declares the errors that are common to all operations because of what is in front of and behind them.</summary>
internal sealed class CommonErrors : IOpenApiOperationTransformer
{
    /// <inheritdoc/>
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), cancellationToken: cancellationToken);
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Any())
            Add("401", "The token is missing, expired, revoked or not for this installation.");
        if (context.Description.HttpMethod is { } method && !HttpMethods.IsGet(method))
            Add("403", "The request comes from a page of another site, or a scope is missing.");
        Add("503", "The database, the broker or the issuer of tokens is unavailable; see Retry-After.");

        void Add(string status, string description) => (operation.Responses ??= []).TryAdd(status, new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = problem } },
        });
    }
}
