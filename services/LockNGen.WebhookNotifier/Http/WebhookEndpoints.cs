using LockNGen.Web.Authentication;
using LockNGen.Web.Problems;
using LockNGen.WebhookNotifier.Deliveries;
using LockNGen.WebhookNotifier.Registrations;
using LockNGen.Webhooks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Http;

/// <summary><c>/api/webhooks</c>: an owner's webhooks.</summary>
internal static class WebhookEndpoints
{
    public static void Map(RouteGroupBuilder webhooks)
    {
        webhooks.MapPost("/", CreateAsync).WithSummary("Register a webhook; its secret is in this answer and in no other")
            .ProducesProblem(400).ProducesProblem(403).ProducesProblem(409);
        webhooks.MapGet("/", ListAsync).WithSummary("List webhooks, or with generationId that of one generation").ProducesProblem(400);
        webhooks.MapGet("/{id:guid}", GetAsync).WithSummary("One webhook").ProducesProblem(404);
        webhooks.MapPut("/{id:guid}", UpdateAsync).WithSummary("Change address, filter, description, or whether it is enabled")
            .ProducesProblem(400).ProducesProblem(404);
        webhooks.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Remove a webhook and its delivery log").ProducesProblem(404);
        webhooks.MapPost("/{id:guid}/secret", RotateAsync).WithSummary("Rotate the secret; the old one also signs for a while")
            .ProducesProblem(400).ProducesProblem(404);
        webhooks.MapPost("/{id:guid}/test", TestAsync).WithSummary("Send a webhook.test event now; the delivery log says how it went")
            .ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Results<Created<WebhookResponse>, ProblemHttpResult>> CreateAsync(
        NewWebhook request,
        Caller caller,
        WebhookStore store,
        WebhookValidation validation,
        IOptions<WebhookOptions> options,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var errors = await validation.FindErrorsAsync(request.Url, caller.Owner, request.EventTypes, request.Description, request.Secret, cancellationToken);
        if (errors.Count > 0)
            return Problem.Invalid(errors);
        var allOwners = request.AllOwners ?? caller is { IsAuthenticated: false, Owner: null };
        if (allOwners && !caller.IsAdmin)
            return Problem.Of(StatusCodes.Status403Forbidden, $"allOwners needs a token with scope {Caller.AdminScope}.");
        if (!allOwners && caller.Owner is null)
        {
            return Problem.Invalid(
                "allOwners", ErrorCodes.Required, "A webhook without an owner receives nothing: send a token with a subject, or X-Session-Id, or set allOwners.");
        }

        var webhook = new Webhook
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            Owner = caller.Owner,
            AllOwners = allOwners,
            Url = request.Url,
            EventTypes = WebhookValidation.Filter(request.EventTypes),
            Description = request.Description,
            Secret = request.Secret ?? WebhookSecret.Create(),
            CreatedAt = clock.GetUtcNow(),
        };
        return await store.TryAddAsync(webhook, options.Value.MaxPerOwner, cancellationToken)
            ? TypedResults.Created($"/api/webhooks/{webhook.Id}", WebhookResponse.Of(webhook, withSecret: true))
            : Problem.Of(StatusCodes.Status409Conflict, $"There are {options.Value.MaxPerOwner} webhooks already: remove one first.");
    }

    private static async Task<Results<Ok<WebhookPage>, ProblemHttpResult>> ListAsync(
        Caller caller, WebhookStore store, CancellationToken cancellationToken, Guid? generationId = null, int limit = 50, string? cursor = null)
    {
        if (Paging.Check(limit, cursor, out var before) is { } problem)
            return problem;
        var found = await store.ListAsync(caller, generationId, before, limit, cancellationToken);
        return TypedResults.Ok(new WebhookPage([.. found.Select(w => WebhookResponse.Of(w))], Paging.Next(found, limit, w => w.Number)));
    }

    private static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> GetAsync(
        Guid id, Caller caller, WebhookStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, caller, cancellationToken) is { } webhook ? TypedResults.Ok(WebhookResponse.Of(webhook)) : Missing.Webhook();

    private static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> UpdateAsync(
        Guid id, WebhookChange change, Caller caller, WebhookStore store, WebhookValidation validation, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, caller, cancellationToken) is not { } webhook)
            return Missing.Webhook();
        var errors = await validation.FindErrorsAsync(change.Url, caller.Owner, change.EventTypes, change.Description, secret: null, cancellationToken);
        if (errors.Count > 0)
            return Problem.Invalid(errors);

        var changed = webhook with
        {
            Url = change.Url,
            EventTypes = WebhookValidation.Filter(change.EventTypes),
            Description = change.Description,
            Enabled = change.Enabled ?? true,
            DisabledReason = null,
        };
        await store.UpdateAsync(changed, cancellationToken);
        return TypedResults.Ok(WebhookResponse.Of(changed));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, Caller caller, WebhookStore store, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, caller, cancellationToken) is null)
            return Missing.Webhook();
        await store.DeleteAsync(id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> RotateAsync(
        Guid id,
        NewSecret? request,
        Caller caller,
        WebhookStore store,
        IOptions<WebhookOptions> options,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        const int longest = 30 * 24 * 3600;
        if (await store.FindAsync(id, caller, cancellationToken) is not { } webhook)
            return Missing.Webhook();
        if (request?.Secret is { } chosen && !WebhookSecret.IsValid(chosen))
            return Problem.Invalid("secret", ErrorCodes.InvalidSecret, WebhookSecret.Rule);
        if (request?.OverlapSeconds is < 0 or > longest)
            return Problem.Invalid("overlapSeconds", ErrorCodes.OutOfRange, $"overlapSeconds must be from 0 to {longest}.");

        var overlap = request?.OverlapSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.Value.SecretOverlap;
        var rotated = webhook with { Secret = request?.Secret ?? WebhookSecret.Create(), PreviousSecretUntil = clock.GetUtcNow() + overlap };
        await store.RotateAsync(id, rotated.Secret, rotated.PreviousSecretUntil.Value, cancellationToken);
        return TypedResults.Ok(WebhookResponse.Of(rotated, withSecret: true));
    }

    private static async Task<Results<Accepted<TestResponse>, ProblemHttpResult>> TestAsync(
        Guid id, Caller caller, WebhookStore store, DeliveryIntake intake, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, caller, cancellationToken) is not { } webhook)
            return Missing.Webhook();
        if (!webhook.Enabled)
            return Missing.Enabled();
        var delivery = await intake.AddTestAsync(webhook, WebhookTest.Body(id, clock.GetUtcNow()), cancellationToken);
        return TypedResults.Accepted($"/api/webhooks/{id}/deliveries/{delivery}", new TestResponse(delivery));
    }
}
