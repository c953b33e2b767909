using System.Text;
using LockNGen.Hosting.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace LockNGen.ComfyDoors.Http;

/// <summary>Reads a multipart form as it arrives: files as streams, fields as text, in any order.</summary>
internal sealed class FormReader(MultipartReader reader)
{
    private const int MaxField = 65_536;

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    /// <summary>The form of a request; null if it has none.</summary>
    public static FormReader? Of(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= 200 } boundary
            ? new FormReader(new MultipartReader(boundary, request.Body))
            : null;

    /// <summary>A field read so far.</summary>
    public string? Field(string name) => _fields.GetValueOrDefault(name);

    /// <summary>All fields read so far.</summary>
    public IReadOnlyDictionary<string, string> Fields => _fields;

    /// <summary>The next part; null at the end.</summary>
    /// <exception cref="InvalidDataException">The form is damaged.</exception>
    public async Task<FormPart?> NextAsync(CancellationToken cancellationToken)
    {
        while (await ReadSectionAsync(cancellationToken) is { } section)
        {
            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                return new FormPart(this, HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), FileNameOf(disposition), new PartBody(section.Body));
        }

        return null;
    }

    /// <summary>Stores a part as a field.</summary>
    public async Task KeepAsync(string name, Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxField + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        _fields[name] = length <= MaxField ? Encoding.UTF8.GetString(buffer, 0, length) : throw new InvalidDataException($"The field {name} has more than {MaxField} bytes.");
    }

    private async Task<MultipartSection?> ReadSectionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (IOException e) when (IsOfDamagedForm(e))
        {
            throw Damaged(e);
        }
    }

    /// <summary>Not a body that is too large, and not a client that has disconnected.</summary>
    private static bool IsOfDamagedForm(IOException e) => e is not (BadHttpRequestException or ConnectionResetException);

    private static InvalidDataException Damaged(IOException e) => new("The multipart body is damaged: it ends before its last boundary.", e);

    /// <summary>Removes the folders that a browser or a script may send with it.</summary>
    private static string FileNameOf(ContentDispositionHeaderValue disposition)
    {
        var name = (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).ToString();
        return name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    /// <summary>The bytes of a part; reports a damaged form as such, so that it is not taken for a failure to pass them on.</summary>
    private sealed class PartBody(Stream section) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await section.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException e) when (IsOfDamagedForm(e))
            {
                throw Damaged(e);
            }
        }
    }
}

/// <summary>A part of a form.</summary>
internal sealed record FormPart(FormReader Form, string Name, string FileName, Stream Body)
{
    /// <summary>Stores it as a field.</summary>
    public Task KeepAsync(CancellationToken cancellationToken) => Form.KeepAsync(Name, Body, cancellationToken);
}
