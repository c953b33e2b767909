using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LockNGen.Hosting;

/// <summary>JSON is UTF-8 whatever charset its content type names (RFC 8259); an unknown charset must not cause an error.</summary>
internal static class JsonCharset
{
    public static Task IgnoreUnknownAsync(HttpContext context, RequestDelegate next)
    {
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.Charset.HasValue && !IsKnown(type.Charset.Value)
            && context.Request.HasJsonContentType())
        {
            type.Charset = default;
            context.Request.ContentType = type.ToString();
        }

        return next(context);
    }

    private static bool IsKnown(string charset)
    {
        try
        {
            return Encoding.GetEncoding(charset.Trim('"')) is not null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
