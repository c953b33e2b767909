using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Timelines;
using LockNGen.ComfyDoors.V2;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.OpenAi;

/// <summary>Submits a request for pictures, waits for them, and answers: once all are there, or with each as it arrives.</summary>
internal sealed class ImageRun(GenerationApiClient api, Submission submission, JobWatch watch)
{
    /// <summary>Events arrive sooner; this is for lost ones.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<IResult> RunAsync(DoorCaller caller, HttpContext context, ImageRequest request, string template, JsonObject parameters, string kind)
    {
        var id = Guid.NewGuid();
        using var follower = watch.Follow(id);
        await submission.SubmitAsync(caller, context, id, null, new JsonObject
        {
            ["template"] = template,
            ["parameters"] = parameters,
            ["count"] = request.Count,
            ["door"] = new JsonObject { ["kind"] = "openai" },
        });
        try
        {
            return request.Stream ? await StreamAsync(caller, context, request, id, follower, kind) : await AnswerAsync(caller, context, request, id, follower);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // No other program knows its id, so no one could ever read it.
            await api.CancelAsync(caller, id, CancellationToken.None);
            return TypedResults.Empty;
        }
    }

    private async Task<IResult> AnswerAsync(DoorCaller caller, HttpContext context, ImageRequest request, Guid id, Follower follower)
    {
        var prompt = await EndAsync(caller, context, id, follower, _ => Task.CompletedTask);
        if (Failure(prompt) is { } failure)
            return OpenAiResults.Json(failure, StatusCodes.Status500InternalServerError);
        var data = new JsonArray();
        foreach (var (file, link) in Pictures(prompt!))
            data.Add(request.WantsUrl ? new JsonObject { ["url"] = Addresses.Of(context.Request, link) } : new JsonObject { ["b64_json"] = await ReadAsync(caller, id, file.Index, context.RequestAborted) });
        return OpenAiResults.Json(new JsonObject
        {
            ["created"] = prompt!.Generation.CreatedAt.ToUnixTimeSeconds(),
            ["data"] = data,
            ["size"] = request.SizeText,
            ["quality"] = request.Quality,
            ["output_format"] = "png",
            ["background"] = "opaque",
        });
    }

    private async Task<IResult> StreamAsync(DoorCaller caller, HttpContext context, ImageRequest request, Guid id, Follower follower, string kind)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        var sent = 0;
        var prompt = await EndAsync(caller, context, id, follower, async preview =>
        {
            if (sent < request.PartialImages)
                await WriteAsync(kind + ".partial_image", Convert.ToBase64String(preview.Bytes), new JsonObject { ["partial_image_index"] = sent++ });
        });
        if (Failure(prompt) is { } failure)
        {
            await EventAsync(context, "error", failure);
            return TypedResults.Empty;
        }

        foreach (var (file, _) in Pictures(prompt!))
        {
            await WriteAsync(kind + ".completed", await ReadAsync(caller, id, file.Index, context.RequestAborted), new JsonObject
            {
                ["usage"] = new JsonObject
                {
                    ["total_tokens"] = 0,
                    ["input_tokens"] = 0,
                    ["output_tokens"] = 0,
                    ["input_tokens_details"] = new JsonObject { ["text_tokens"] = 0, ["image_tokens"] = 0 },
                },
            });
        }

        return TypedResults.Empty;

        Task WriteAsync(string type, string picture, JsonObject more)
        {
            more["type"] = type;
            more["b64_json"] = picture;
            more["created_at"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            more["size"] = request.SizeText;
            more["quality"] = request.Quality;
            more["background"] = "opaque";
            more["output_format"] = "png";
            return EventAsync(context, type, more);
        }
    }

    /// <summary>Waits for the end, and sends partial pictures while waiting.</summary>
    private async Task<Prompt?> EndAsync(DoorCaller caller, HttpContext context, Guid id, Follower follower, Func<GenerationPreviewBytes, Task> show)
    {
        while (true)
        {
            switch (await follower.NextAsync(Patience, context.RequestAborted))
            {
                case GenerationPreviewBytes preview:
                    await show(preview);
                    break;
                case null or GenerationCompleted or GenerationFailed or GenerationCancelled:
                    var prompt = await api.FindLinkedAsync(caller, id, context.RequestAborted);
                    if (prompt is not { Generation.HasEnded: false })
                        return prompt;
                    break;
            }
        }
    }

    private static JsonObject? Failure(Prompt? prompt) => prompt?.Generation switch
    {
        { Status: GenerationStatus.Completed } => null,
        { Error: { } error } => OpenAiResults.ErrorBody(error.Message, "server_error", null, error.Code),
        _ => OpenAiResults.ErrorBody("The request was cancelled.", "server_error", null, "cancelled"),
    };

    private static IEnumerable<(GenerationImage File, SignedLink Link)> Pictures(Prompt prompt) =>
        prompt.Generation.Images.Zip(prompt.Links!).Where(p => p.First.Kind is null or GenerationResultKinds.Image);

    private async Task<string> ReadAsync(DoorCaller caller, Guid id, int index, CancellationToken cancellationToken)
    {
        using var response = await api.OpenAsync(caller, () => new HttpRequestMessage(HttpMethod.Get, $"/api/generations/{id}/images/{index}"), cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new ApiException((int)response.StatusCode, new ApiProblem { Detail = "A picture could not be read." });
        return Convert.ToBase64String(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    private static async Task EventAsync(HttpContext context, string name, JsonObject data)
    {
        await context.Response.WriteAsync($"event: {name}\ndata: {data.ToJsonString()}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
