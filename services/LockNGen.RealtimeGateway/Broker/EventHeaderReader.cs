using System.Globalization;
using System.Text;
using LockNGen.Contracts;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Broker;

/// <summary>The headers of an event, as AMQP carries them: text as bytes, numbers of the type that the publisher's client chose.</summary>
internal static class EventHeaderReader
{
    public static (string? Owner, long ReceivedAt) Read(IReadOnlyBasicProperties properties)
    {
        if (properties.Headers is not { } headers)
            return (null, 0);
        return (
            headers.TryGetValue(EventHeaders.Owner, out var owner) ? Text(owner) : null,
            headers.TryGetValue(EventHeaders.ReceivedAt, out var receivedAt) ? Number(receivedAt) : 0);
    }

    public static string? TraceParentOf(IReadOnlyBasicProperties properties) =>
        properties.Headers is { } headers && headers.TryGetValue(EventHeaders.TraceParent, out var traceParent) ? Text(traceParent) : null;

    private static string? Text(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        _ => null,
    };

    private static long Number(object? value) => value switch
    {
        long number => number,
        int number => number,
        _ => long.TryParse(Text(value), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0,
    };
}
