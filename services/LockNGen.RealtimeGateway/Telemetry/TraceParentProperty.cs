using System.Text.Json;

namespace LockNGen.RealtimeGateway.Telemetry;

/// <summary>What <c>trace=1</c> adds to an event: <c>traceparent</c>, as its last property. The rest is unchanged.</summary>
internal static class TraceParentProperty
{
    /// <summary>The event with its trace; null if it does not end like an object.</summary>
    public static byte[]? Append(ReadOnlySpan<byte> json, string traceParent)
    {
        var body = json.TrimEnd(" \t\r\n"u8);
        return body is [.. var open, (byte)'}']
            ? [.. open, .. ",\"traceparent\":\""u8, .. JsonEncodedText.Encode(traceParent).EncodedUtf8Bytes, .. "\"}"u8]
            : null;
    }
}
