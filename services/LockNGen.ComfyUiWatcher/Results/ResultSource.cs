using System.Text;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>The source of a result's bytes, for each try.</summary>
internal sealed class ResultSource(NodeResult result, ComfyUiClient comfyUi, long maxBytes, bool keepMetadata)
{
    private const int MaxBrokenReads = 3;

    /// <summary>With the pauses between retries, about a minute.</summary>
    private const int MaxOutages = 8;

    private int _brokenReads;
    private int _outages;

    /// <summary>Whether metadata that should be removed may be in the bytes passed on last.</summary>
    public bool HasMetadata { get; private set; }

    /// <summary>Passes the bytes on, as the body of a request.</summary>
    /// <exception cref="FileProblemException">They cannot be fetched.</exception>
    /// <exception cref="GenerationEndedException">ComfyUI is unavailable.</exception>
    public async Task<T> ReadAsync<T>(Func<HttpContent, Task<T>> send, CancellationToken cancellationToken)
    {
        if (result is OutputText text)
        {
            using var body = new StringContent(text.Text, Encoding.UTF8);
            return await send(body);
        }

        using var content = await OpenAsync(cancellationToken);
        using var source = await BeginAsync(content, cancellationToken);
        using var finished = new FinishedFile(content with { Content = source }, keepMetadata);
        try
        {
            var answer = await send(finished);
            HasMetadata = finished.HasMetadata;
            return answer;
        }
        catch (Exception e) when (source.Problem is not null && e is not OperationCanceledException)
        {
            if (source.Problem is FileProblemException problem)
                throw problem;
            throw Broken(source.Problem);
        }
    }

    private async Task<SourceFile> BeginAsync(FileContent content, CancellationToken cancellationToken)
    {
        try
        {
            return await SourceFile.OpenAsync(content, (result as OutputFile)?.Filename ?? "", maxBytes, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Broken(e);
        }
    }

    /// <summary>Retried, but not for as long as with an API that is away.</summary>
    private Exception Broken(Exception problem) => ++_brokenReads == MaxBrokenReads
        ? new FileProblemException("ended prematurely while it was read")
        : new IOException(problem.Message, problem);

    private async Task<FileContent> OpenAsync(CancellationToken cancellationToken)
    {
        if (result is SentFrame { Frame: var frame })
            return new FileContent(frame.ContentType, new MemoryStream(frame.Image, writable: false));
        try
        {
            return await comfyUi.OpenFileAsync((OutputFile)result, cancellationToken);
        }
        catch (UnusableServerException e) when ((int)e.Status is 429 or > 500 && ++_outages < MaxOutages)
        {
            // A proxy that is busy, or has lost its server for a moment, says nothing about the file.
            throw new IOException(e.Message, e);
        }
        catch (ComfyUiException e)
        {
            var status = (int)e.Status;
            throw new FileProblemException($"was not served by ComfyUI (HTTP {status})", isGone: status == StatusCodes.Status404NotFound);
        }
        catch (Exception e) when (ComfyUiResilience.IsFailure(e))
        {
            throw RetryingServer.Lost("The ComfyUI server went away before its files were fetched.");
        }
    }
}
