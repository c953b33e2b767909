using System.Text;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>Submits a generation so that its client receives its frames, but not before the submission was answered.</summary>
internal sealed class Submission(GenerationApiClient api, OwnerStates owners)
{
    /// <summary>Submits; retries under the same id if an answer is lost.</summary>
    /// <exception cref="ApiException">It was refused.</exception>
    public async Task<Submitted> SubmitAsync(DoorCaller caller, HttpContext context, Guid id, string? clientId, JsonObject request, string? idempotencyKey = null)
    {
        var owner = owners.Of(caller);
        request["id"] = id.ToString();
        foreach (var absent in request.Where(r => r.Value is null).Select(r => r.Key).ToList())
            request.Remove(absent);
        owner.Expect(id, clientId);
        try
        {
            var accepted = await PostAsync(caller, id, Encoding.UTF8.GetBytes(request.ToJsonString()), idempotencyKey, context.RequestAborted);
            owner.Accept(id);
            context.Response.OnCompleted(() =>
            {
                owner.Release(id);
                return Task.CompletedTask;
            });
            return accepted;
        }
        catch
        {
            owner.Drop(id);
            throw;
        }
    }

    private async Task<Submitted> PostAsync(DoorCaller caller, Guid id, byte[] body, string? idempotencyKey, CancellationToken cancellationToken)
    {
        try
        {
            return await api.SendAsync(caller, HttpMethod.Post, "/api/generations", body, ApiJson.Default.Submitted, mayRepeat: false, cancellationToken, idempotencyKey);
        }
        catch (ApiException e) when (e.Status == StatusCodes.Status503ServiceUnavailable)
        {
            // It may have been accepted, with only the answer lost.
            if (await api.FindAsync(caller, id, full: false, cancellationToken) is { } known)
                return new Submitted { Id = known.Id };
            return await api.SendAsync(caller, HttpMethod.Post, "/api/generations", body, ApiJson.Default.Submitted, mayRepeat: false, cancellationToken, idempotencyKey);
        }
    }
}
