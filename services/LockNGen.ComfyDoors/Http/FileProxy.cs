using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.Http;

/// <summary>Passes on a file of the GenerationApi: its bytes as they arrive, and the headers that keep a browser from running it.</summary>
internal sealed class FileProxy(GenerationApiClient api)
{
    private static readonly string[] RequestHeaders = ["Range", "If-Range", "If-None-Match", "If-Modified-Since"];

    private static readonly string[] ResponseHeaders =
    [
        "Content-Type", "Content-Length", "Content-Range", "Content-Disposition", "Content-Security-Policy", "X-Content-Type-Options", "Accept-Ranges", "ETag",
        "Last-Modified", "Cache-Control",
    ];

    /// <summary>Answers with the file; false if there is none.</summary>
    public async Task<bool> ServeAsync(HttpContext context, DoorCaller caller, string path)
    {
        using var response = await api.OpenAsync(
            caller,
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, path);
                foreach (var name in RequestHeaders)
                {
                    if (context.Request.Headers.TryGetValue(name, out var value))
                        request.Headers.TryAddWithoutValidation(name, value.ToString());
                }

                return request;
            },
            context.RequestAborted);
        if ((int)response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status400BadRequest)
            return false;
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var name in ResponseHeaders)
        {
            if (response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values))
                context.Response.Headers[name] = string.Join(", ", values);
        }

        if (!HttpMethods.IsHead(context.Request.Method) && response.IsSuccessStatusCode)
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        return true;
    }
}
