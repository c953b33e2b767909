using System.Text;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>The beginning of an answer that is not what was asked for, which often says what it is.</summary>
internal static class AnswerText
{
    private const int LookedAt = 16 << 10;

    /// <summary>Reads no more than a page's beginning, however long the body is.</summary>
    public static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[LookedAt];
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
