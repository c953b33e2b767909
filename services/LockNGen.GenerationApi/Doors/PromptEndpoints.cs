using System.Globalization;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.History;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.Options;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Doors;

/// <summary>GET /api/doors/prompts and POST /api/doors/prompts/hide: the caller's generations that came through a door.</summary>
internal static class PromptEndpoints
{
    private const int MaxBytes = 1 << 20;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/doors/prompts").RequireAuthorization().ExcludeFromDescription();
        group.MapGet("/", ListAsync);
        group.MapPost("/hide", HideAsync);
    }

    private static async Task<IResult> ListAsync(
        [AsParameters] PromptQuery query, Caller caller, GenerationsDatabase database, GenerationResponses answers, SignedLinks links, IOptions<StorageOptions> storage, HttpContext context)
    {
        var errors = query.Errors();
        if (errors.Count > 0)
            return Problem.Invalid(errors);
        var list = await database.ReadAsync(
            async session =>
            {
                var (rows, total) = await query.RunAsync(session, caller);
                var ids = rows.Select(r => r.Id).ToList();
                var prompts = await PromptsAsync(session, ids, query.Full == true);
                var images = await ImagesAsync(session, ids);
                var places = rows.Any(r => r.Status == GenerationStatus.Queued) ? await WaitingList.PlacesAsync(session) : null;
                return new PromptList(
                    [.. rows.Select(r => ResponseOf(prompts[r.Id], r, answers.Of(r, places?.GetValueOrDefault(r.Id), images[r.Id]), (r.EndedAt ?? session.Now) + storage.Value.KeepImages))], total);
            },
            context.RequestAborted);
        if (query.Links == true)
            list = list with { Items = await Task.WhenAll(list.Items.Select(p => LinkedAsync(p, links, context.RequestAborted))) };
        return TypedResults.Json(list, DoorJson.Plain.PromptList);
    }

    private static async Task<IResult> HideAsync(Caller caller, GenerationsDatabase database, HttpContext context)
    {
        var (request, _, malformed) = await RequestBody.ReadAsync(context, DoorJson.Default.HidePrompts, MaxBytes);
        if (malformed is not null)
            return malformed;
        await database.WriteAsync(
            session => session.ExecuteAsync(
                $"""
                UPDATE prompts SET hidden = 1 WHERE hidden = 0 {(request!.All ? "" : "AND generation_id IN @ids")}
                    AND EXISTS (SELECT 1 FROM generations g WHERE g.id = prompts.generation_id AND COALESCE(g.owner, '') = @owner AND g.ended_at IS NOT NULL)
                """,
                new { ids = SqlList.Of(request.Ids ?? []), owner = caller.Owner ?? "" }),
            context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static async Task<Dictionary<Guid, PromptRow>> PromptsAsync(DatabaseSession session, List<Guid> ids, bool full)
    {
        var rows = ids.Count == 0
            ? []
            : await session.QueryAsync<PromptRow>(
                full
                    ? """
                      SELECT p.generation_id, p.door, p.client_id, i.metadata, i.request, i.workflow, i.extra_data
                      FROM prompts p JOIN generation_inputs i ON i.generation_id = p.generation_id WHERE p.generation_id IN @ids
                      """
                    : """
                      SELECT p.generation_id, p.door, p.client_id, i.metadata
                      FROM prompts p JOIN generation_inputs i ON i.generation_id = p.generation_id WHERE p.generation_id IN @ids
                      """,
                new { ids = SqlList.Of(ids) });
        return rows.ToDictionary(r => r.GenerationId);
    }

    private static async Task<ILookup<Guid, ImageRow>> ImagesAsync(DatabaseSession session, List<Guid> ids)
    {
        var images = ids.Count == 0
            ? []
            : await session.QueryAsync<ImageRow>("SELECT * FROM images WHERE generation_id IN @ids ORDER BY number", new { ids = SqlList.Of(ids) });
        return images.ToLookup(i => i.GenerationId);
    }

    private static async Task<PromptResponse> LinkedAsync(PromptResponse prompt, SignedLinks links, CancellationToken cancellationToken)
    {
        var signed = new List<SignedLink>();
        foreach (var image in prompt.Generation.Images)
            signed.Add(await links.SignAsync(string.Create(CultureInfo.InvariantCulture, $"images/{prompt.Generation.Id}/{image.Index}"), cancellationToken));
        return prompt with { Links = signed };
    }

    private static PromptResponse ResponseOf(PromptRow prompt, GenerationRow row, GenerationResponse generation, DateTimeOffset expiresAt) => new()
    {
        Number = row.Number,
        ExpiresAt = expiresAt,
        Door = prompt.Door,
        ClientId = prompt.ClientId,
        Generation = prompt.Metadata is null ? generation : generation with { Metadata = JsonElement.Parse(prompt.Metadata) },
        Workflow = prompt.Workflow is null ? null : Submitted(prompt),
        ExtraData = prompt.ExtraData is null ? null : JsonElement.Parse(prompt.ExtraData),
    };

    /// <summary>As it was sent, with its own names of files; what a template was filled to is the next best.</summary>
    private static JsonElement Submitted(PromptRow prompt) =>
        prompt.Request is { } request && JsonElement.Parse(request).TryGetProperty("workflow", out var sent) && sent.ValueKind == JsonValueKind.Object
            ? sent
            : JsonElement.Parse(prompt.Workflow!);

    private sealed record PromptRow
    {
        public Guid GenerationId { get; init; }
        public required string Door { get; init; }
        public string? ClientId { get; init; }
        public string? Metadata { get; init; }
        public string? Request { get; init; }
        public string? Workflow { get; init; }
        public string? ExtraData { get; init; }
    }
}
