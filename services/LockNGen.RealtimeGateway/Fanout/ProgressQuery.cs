using System.Globalization;
using LockNGen.Contracts;
using LockNGen.Hosting;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;

namespace LockNGen.RealtimeGateway.Fanout;

/// <summary>
/// The query of <c>/api/ws/progress</c> and <c>/api/sse/progress</c>: <c>generationId=uuid</c> with <c>after=sequence</c>, or several
/// <c>generationId=uuid:sequence</c>; none = all. <c>types</c>, <c>preview</c> and <c>trace</c> select what is sent.
/// </summary>
internal sealed record ProgressQuery(IReadOnlyList<(Guid GenerationId, long? After)> Generations, ClientView View)
{
    /// <summary>The query, or what is wrong with it.</summary>
    public static (ProgressQuery? Query, string? Error) Parse(IQueryCollection query, GenerationLogs logs, int maxSubscriptions)
    {
        var targets = query["generationId"];
        var generations = new List<(Guid, long?)>(targets.Count);
        foreach (var text in targets)
        {
            if (!TryParseTarget(text ?? "", out var id, out var after))
                return (null, $"generationId '{Shortened(text)}' is not a UUID, or UUID:sequence.");
            generations.Add((id, after));
        }

        if (generations.Count > maxSubscriptions)
            return (null, $"A connection watches at most {maxSubscriptions} generations.");
        if (query.TryGetValue("after", out var cursor))
        {
            if (generations.Count != 1)
                return (null, "after needs exactly one generationId; with several write generationId=UUID:sequence.");
            if (!TryParseCursor(cursor.ToString(), out var after))
                return (null, $"after '{Shortened(cursor)}' is not a sequence number.");
            generations[0] = (generations[0].Item1, after);
        }

        if (!TryParsePreview(query["preview"].ToString(), out var preview))
            return (null, "preview is url, inline or none.");
        if (!TryParseTypes(query["types"].ToString(), out var types, out var unknown))
            return (null, $"types has '{Shortened(unknown)}', which is not an event type.");
        if (query["trace"].ToString() is not ("" or "0" or "1") and var trace)
            return (null, $"trace is '{Shortened(trace)}'; it is 0 or 1.");
        return (new ProgressQuery(generations, new ClientView(logs, types, preview, query["trace"] == "1")), null);
    }

    private static bool TryParseTarget(string text, out Guid id, out long? after)
    {
        after = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (!Guid.TryParseExact(colon < 0 ? text : text[..colon], "D", out id))
            return false;
        if (colon < 0)
            return true;
        if (!TryParseCursor(text[(colon + 1)..], out var cursor))
            return false;
        after = cursor;
        return true;
    }

    private static bool TryParseCursor(string text, out long cursor) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cursor);

    private static bool TryParsePreview(string text, out PreviewMode mode)
    {
        mode = text switch { "inline" => PreviewMode.Inline, "none" => PreviewMode.None, _ => PreviewMode.Url };
        return text is "" or "url" or "inline" or "none";
    }

    /// <summary>Snapshots and gaps may be named as well: they are always sent.</summary>
    private static bool TryParseTypes(string text, out uint types, out string? unknown)
    {
        unknown = null;
        types = text.Length == 0 ? EventKinds.All : 0;
        foreach (var name in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (EventKinds.TryParse(name, out var kind))
                types |= kind.Bit();
            else if (name is not (GenerationEventTypes.Snapshot or GatewayFrames.GapType))
                unknown = name;
        }

        return unknown is null;
    }

    private static string Shortened(string? text) => text?.Shorten(60) ?? "";
}
