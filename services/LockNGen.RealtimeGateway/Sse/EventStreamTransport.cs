using System.Globalization;
using System.Text;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.Sse;

/// <summary>Writes messages as Server-Sent Events (WHATWG HTML, section 9.2).</summary>
/// <param name="context">The request.</param>
/// <param name="isSingle">One generation: ids are its sequences, and resume it. Otherwise ids contain generation and sequence.</param>
internal sealed class EventStreamTransport(HttpContext context, bool isSingle) : ClientTransport
{
    public override string Name => "sse";

    public override async ValueTask SendAsync(SendBatch batch)
    {
        foreach (var message in batch.Messages)
            Write(batch, message);
        if (batch.Bytes.Length > 0)
            await context.Response.BodyWriter.WriteAsync(batch.Bytes, CancellationToken.None);
    }

    public override ServerMessage? Goodbye(int code, string reason) => null;

    public override void Abort() => context.Abort();

    private void Write(SendBatch batch, ServerMessage message)
    {
        if (message.Kind == EventKind.Frame)
            return;
        if (message.Kind == EventKind.Heartbeat)
        {
            batch.Write(": still here\n\n"u8);
            return;
        }

        if (message.Sequence > 0)
            WriteId(batch, message);
        batch.Write("event: "u8);
        batch.Write(Encoding.ASCII.GetBytes(message.Type));
        // JSON may span several lines; each is a field of its own here.
        var json = message.Json.Span;
        while (json.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var end)
        {
            batch.Write("\ndata: "u8);
            batch.Write(json[..end]);
            json = json[(end + 1)..];
        }

        batch.Write("\ndata: "u8);
        batch.Write(json);
        batch.Write("\n\n"u8);
    }

    private void WriteId(SendBatch batch, ServerMessage message)
    {
        Span<byte> text = stackalloc byte[64];
        var length = 0;
        if (!isSingle)
        {
            message.GenerationId.TryFormat(text, out length);
            text[length++] = (byte)':';
        }

        message.Sequence.TryFormat(text[length..], out var digits, provider: CultureInfo.InvariantCulture);
        batch.Write("id: "u8);
        batch.Write(text[..(length + digits)]);
        batch.Write("\n"u8);
    }
}
