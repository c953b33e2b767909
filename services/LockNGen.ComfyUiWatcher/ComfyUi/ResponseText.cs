using System.Net.Mime;
using System.Text;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>The beginning of an answer whose type is not the expected one. It often says what it is, and may still be the right answer.</summary>
internal readonly record struct ResponseText(ReadOnlyMemory<byte> Beginning)
{
    private const int LookedAt = 16 << 10;
    private static readonly byte[] ByteOrderMark = [0xef, 0xbb, 0xbf];

    /// <summary>As text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Beginning.Span);

    /// <summary>Whether it starts like ComfyUI's answers: proxies and scripts in between drop or change the type.</summary>
    public bool LooksLikeJson
    {
        get
        {
            var text = Beginning.Span;
            if (text.StartsWith(ByteOrderMark))
                text = text[ByteOrderMark.Length..];
            return text.TrimStart(" \r\n\t"u8) is [(byte)'{' or (byte)'[', ..];
        }
    }

    /// <summary>Whether the type of an answer says that it is JSON.</summary>
    public static bool SaysJson(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType is { } type
        && (type is MediaTypeNames.Application.Json or "text/json" || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads no more than a page's beginning, however long the body is. The rest can be read from the body's stream.</summary>
    public static async Task<ResponseText> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[LookedAt];
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new ResponseText(buffer.AsMemory(0, await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)));
    }
}
