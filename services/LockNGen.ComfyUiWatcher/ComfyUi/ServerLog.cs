using System.Text.Json;
using System.Text.RegularExpressions;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>What <c>GET /internal/logs/raw</c> reveals about the rendering thread. The text itself is not kept: it may contain anything.</summary>
/// <param name="WorkerDeaths">How often the log says that this thread ended with an exception.</param>
/// <param name="Tail">Identifies the end of the text.</param>
internal sealed partial record ServerLog(int WorkerDeaths, int Tail)
{
    private const int TailLength = 1000;

    public static ServerLog Of(JsonElement answer)
    {
        // One line may be several entries.
        var text = string.Concat(answer.Items("entries").Select(e => e.Text("m")));
        var work = Requests().Replace(text, "");
        return new ServerLog(Deaths().Count(text), string.GetHashCode(work.AsSpan(Math.Max(0, work.Length - TailLength)), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^Exception in thread [^\n]*(\n[^\n]*){0,4}?prompt_worker", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Deaths();

    // Printed by the threads that answer HTTP: not a sign of life of the rendering one.
    [GeneratedRegex(@"^[^\n]*got prompt[^\n]*\n?", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Requests();
}
