using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Frames;

namespace LockNGen.ComfyDoors.Sockets;

/// <summary>Fetches the results that are sent through sockets.</summary>
internal sealed partial class ResultSource(GenerationApiClient api, ILogger<ResultSource> logger)
{
    /// <summary>The bytes; null if they cannot be fetched, which affects only that picture.</summary>
    public async Task<byte[]?> FetchAsync(DoorCaller caller, ResultFrame frame, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await api.OpenAsync(
                caller, () => new HttpRequestMessage(HttpMethod.Get, $"/api/generations/{frame.PromptId}/images/{frame.Index}"), cancellationToken);
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadAsByteArrayAsync(cancellationToken);
            LogMissing(frame.PromptId, frame.Index, (int)response.StatusCode);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            LogFailed(frame.PromptId, frame.Index, e.Message);
        }

        return null;
    }

    [LoggerMessage(LogLevel.Warning, "Result {Index} of {PromptId} could not be sent: the GenerationApi answered {Status}")]
    private partial void LogMissing(Guid promptId, int index, int status);

    [LoggerMessage(LogLevel.Warning, "Result {Index} of {PromptId} could not be sent: {Reason}")]
    private partial void LogFailed(Guid promptId, int index, string reason);
}
