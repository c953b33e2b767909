using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.OpenAi;

/// <summary>OpenAI's images API: a model is a template.</summary>
internal sealed class ImagesEndpoints(GenerationApiClient api, ImageRun run, IOptions<DoorOptions> options)
{
    private const int MaxMask = 16 << 20;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var v1 = endpoints.MapGroup("/v1");
        v1.ExcludeFromDescription().DisableAntiforgery();
        v1.RequireSignedIn(OpenAiResults.Unauthorized);
        v1.AnswerFailures(OpenAiResults.Of, (_, code, message) => OpenAiResults.Refused(message, null, code));
        v1.MapGet("/models", (ImagesEndpoints images, DoorCaller caller, HttpContext context) => images.ModelsAsync(caller, context.RequestAborted));
        v1.MapGet("/models/{name}", (ImagesEndpoints images, string name, DoorCaller caller, HttpContext context) => images.ModelAsync(name, caller, context.RequestAborted));
        v1.MapPost("/images/generations", (ImagesEndpoints images, DoorCaller caller, HttpContext context) => images.GenerateAsync(caller, context));
        v1.MapPost("/images/edits", (ImagesEndpoints images, DoorCaller caller, HttpContext context) => images.EditAsync(caller, context));
    }

    private async Task<IResult> ModelsAsync(DoorCaller caller, CancellationToken cancellationToken) => OpenAiResults.Json(new JsonObject
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. (await TemplatesAsync(caller, cancellationToken)).Templates.Select(Model)]),
    });

    private async Task<IResult> ModelAsync(string name, DoorCaller caller, CancellationToken cancellationToken) =>
        (await TemplatesAsync(caller, cancellationToken)).Templates.FirstOrDefault(t => t.Name == name) is { } template ? OpenAiResults.Json(Model(template)) : NoModel(name);

    private async Task<IResult> GenerateAsync(DoorCaller caller, HttpContext context)
    {
        if (await RequestJson.ReadAsync(context, options.Value.MaxPromptBytes) is not { } body)
            return OpenAiResults.Refused("The body is not a JSON object.", null, "invalid_json");
        var (request, refusal) = ImageRequest.Read(body);
        return request is null ? refusal! : await RunAsync(caller, context, request, null, null, "image_generation");
    }

    private async Task<IResult> EditAsync(DoorCaller caller, HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxUploadBytes;
        if (FormReader.Of(context.Request) is not { } form)
            return OpenAiResults.Refused("Send a multipart/form-data form.", null, "invalid_content_type");
        string? image = null, mask = null;
        while (await form.NextAsync(context.RequestAborted) is { } part)
        {
            if (part.Name is "image" or "image[]")
            {
                if (image is not null)
                    return OpenAiResults.Refused("Only one image can be edited at a time.", "image", "too_many_images");
                image = (await api.UploadAsync(caller, part.Body, "image", context.RequestAborted)).Name;
            }
            else if (part.Name == "mask")
            {
                if (await MaskAsync(part.Body, context.RequestAborted) is not { } converted)
                    return OpenAiResults.Refused($"The mask must be a picture of at most {MaxMask >> 20} MiB and {Masks.MaxPixels:N0} pixels.", "mask", "invalid_image_file");
                mask = (await api.UploadAsync(caller, new MemoryStream(converted), "mask", context.RequestAborted)).Name;
            }
            else
            {
                await part.KeepAsync(context.RequestAborted);
            }
        }

        if (image is null)
            return OpenAiResults.Refused("Missing required parameter: 'image'.", "image", "missing_required_parameter");
        var (request, refusal) = ImageRequest.Read(new JsonObject(form.Fields.Select(f => KeyValuePair.Create(f.Key, (JsonNode?)f.Value))));
        return request is null ? refusal! : await RunAsync(caller, context, request, image, mask, "image_edit");
    }

    private async Task<IResult> RunAsync(DoorCaller caller, HttpContext context, ImageRequest request, string? image, string? mask, string kind)
    {
        var templates = await TemplatesAsync(caller, context.RequestAborted);
        if (TemplateParameters.Find(templates, request.Model, image is not null, mask is not null) is not { } template)
            return NoModel(request.Model ?? "(none fits)");
        if (mask is not null && !TemplateParameters.Has(template, "mask"))
            return OpenAiResults.Refused($"The model '{template.Name}' does not accept a mask.", "mask", "unsupported_parameter");
        return await run.RunAsync(caller, context, request, template.Name, TemplateParameters.Fill(template, request, image, mask), kind);
    }

    private Task<TemplateList> TemplatesAsync(DoorCaller caller, CancellationToken cancellationToken) =>
        api.GetAsync(caller, "/api/templates", ApiJson.Default.TemplateList, cancellationToken);

    private static async Task<byte[]?> MaskAsync(Stream body, CancellationToken cancellationToken)
    {
        using var file = new MemoryStream();
        var buffer = new byte[81_920];
        for (var read = await body.ReadAsync(buffer, cancellationToken); read > 0; read = await body.ReadAsync(buffer, cancellationToken))
        {
            file.Write(buffer, 0, read);
            if (file.Length > MaxMask)
                return null;
        }

        return await Masks.WhiteWhereTransparentAsync(file.ToArray(), cancellationToken);
    }

    private static JsonObject Model(Template template) => new() { ["id"] = template.Name, ["object"] = "model", ["created"] = 0, ["owned_by"] = "lockngen" };

    private static IResult NoModel(string name) => OpenAiResults.Json(
        OpenAiResults.ErrorBody($"The model '{name}' does not exist.", "invalid_request_error", "model", "model_not_found"), StatusCodes.Status404NotFound);
}
