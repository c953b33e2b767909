using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;

namespace LockNGen.GenerationApi.Blocking;

/// <summary>
/// Writes a <see cref="BlockingResponse"/> with the files read piece by piece: thirty of 10 MB, held whole and encoded, would be a gigabyte.
/// </summary>
internal sealed class BlockingResult(BlockingResponse answer, IReadOnlyList<ImageRow> images, IImageStore files, Links links) : IResult
{
    private const int PieceLength = 48 << 10;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var cancellationToken = httpContext.RequestAborted;
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(httpContext.Response.Body);
        json.WriteStartObject();
        foreach (var property in JsonSerializer.SerializeToElement(answer, BlockingJson.Default.BlockingResponse).EnumerateObject())
        {
            if (!property.NameEquals("images"))
            {
                property.WriteTo(json);
                continue;
            }

            json.WriteStartArray(property.Name);
            foreach (var image in images)
                await WriteAsync(json, image, cancellationToken);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private async Task WriteAsync(Utf8JsonWriter json, ImageRow image, CancellationToken cancellationToken)
    {
        await using var content = await files.OpenAsync(image.StoredAs, cancellationToken);
        if (content is null)
            return;
        json.WriteStartObject();
        foreach (var property in JsonSerializer.SerializeToElement(image.ToContract(links), ContractsJson.Default.GenerationImage).EnumerateObject())
            property.WriteTo(json);
        json.WritePropertyName("base64");
        var piece = new byte[PieceLength];
        int read;
        do
        {
            read = await content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken);
            json.WriteBase64StringSegment(piece.AsSpan(0, read), isFinalSegment: read < piece.Length);
            await json.FlushAsync(cancellationToken);
        }
        while (read == piece.Length);
        json.WriteEndObject();
    }
}
