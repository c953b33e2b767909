using System.Text.Json;
using LockNGen.Web.Authentication;
using LockNGen.WebhookNotifier.Deliveries;
using LockNGen.WebhookNotifier.Registrations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.WebhookNotifier.Http;

/// <summary><c>/api/webhooks/{id}/deliveries</c>: the delivery log of a webhook.</summary>
internal static class DeliveryEndpoints
{
    public static void Map(RouteGroupBuilder webhooks)
    {
        var deliveries = webhooks.MapGroup("/{id:guid}/deliveries");
        deliveries.MapGet("/", ListAsync).WithSummary("The delivery log, newest first").ProducesProblem(400).ProducesProblem(404);
        deliveries.MapGet("/{deliveryId:guid}", GetAsync).WithSummary("One delivery with its body and every attempt").ProducesProblem(404);
        deliveries.MapPost("/{deliveryId:guid}/redeliver", RedeliverAsync).WithSummary("Deliver again now, under the same id")
            .ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Results<Ok<DeliveryPage>, ProblemHttpResult>> ListAsync(
        Guid id,
        Caller caller,
        WebhookStore store,
        DeliveryLog log,
        CancellationToken cancellationToken,
        DeliveryStatus? status = null,
        int limit = 50,
        string? cursor = null)
    {
        if (Paging.Check(limit, cursor, out var before) is { } problem)
            return problem;
        if (await store.FindAsync(id, caller, cancellationToken) is null)
            return Missing.Webhook();
        var found = await log.ListAsync(id, status, before, limit, cancellationToken);
        return TypedResults.Ok(new DeliveryPage(found, Paging.Next(found, limit, d => d.Number)));
    }

    private static async Task<Results<Ok<DeliveryDetail>, ProblemHttpResult>> GetAsync(
        Guid id, Guid deliveryId, Caller caller, WebhookStore store, DeliveryLog log, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, caller, cancellationToken) is null)
            return Missing.Webhook();
        if (await log.FindAsync(id, deliveryId, cancellationToken) is not var (entry, body, attempts))
            return Missing.Delivery();
        using var document = JsonDocument.Parse(body);
        return TypedResults.Ok(new DeliveryDetail(entry, document.RootElement.Clone(), attempts));
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> RedeliverAsync(
        Guid id, Guid deliveryId, Caller caller, WebhookStore store, DeliveryLog log, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, caller, cancellationToken) is not { } webhook)
            return Missing.Webhook();
        if (!webhook.Enabled)
            return Missing.Enabled();
        return await log.RedeliverAsync(id, deliveryId, cancellationToken)
            ? TypedResults.Accepted($"/api/webhooks/{id}/deliveries/{deliveryId}")
            : Missing.Delivery();
    }
}
