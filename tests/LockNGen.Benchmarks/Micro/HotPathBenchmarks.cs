using System.Text;
using BenchmarkDotNet.Attributes;
using LockNGen.Contracts;
using LockNGen.Messaging.Amqp;
using LockNGen.RealtimeGateway.Broker;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;

namespace LockNGen.Benchmarks.Micro;

/// <summary>
/// The steps that an event takes, each by itself. An event itself is two objects, because the ring keeps it; the steps around it should
/// allocate nothing.
/// </summary>
[MemoryDiagnoser]
public class HotPathBenchmarks
{
    private readonly byte[] _json = Encoding.UTF8.GetBytes(
        $$$"""{"type":"generation.progress","generationId":"{{{Guid.NewGuid()}}}","sequence":1000000017,"data":{"progress":45,"overallProgress":31,"currentNode":"KSampler","nodeId":"5","step":9,"totalSteps":20,"imageIndex":2,"totalImages":4},"timestamp":"2026-02-03T15:07:00.123Z"}""");

    private readonly EventRing _ring = new(256);
    private byte[] _header = [];
    private ServerMessage _message = null!;

    [GlobalSetup]
    public void Prepare()
    {
        EventScanner.TryScan(_json, out var scanned);
        _message = ServerMessage.Event(scanned, _json, receivedAt: 0);
        for (var i = 0; i < 256; i++)
            _ring.Append(_message);
        var name = Encoding.ASCII.GetBytes(EventHeaders.ReceivedAt);
        byte[] table = [(byte)name.Length, .. name, (byte)'l', 0, 0, 0, 0, 0, 0, 1, 2];
        _header = new AmqpWriter(1, (AmqpMethod)(60 << 16)).UInt64((ulong)_json.Length).UInt16(1 << 13).LongString(table)
            .End()[AmqpFrame.HeaderSize..^1];
    }

    /// <summary>Kind, generation and sequence of an event's JSON.</summary>
    [Benchmark]
    public bool Scan() => EventScanner.TryScan(_json, out _);

    /// <summary>The headers beside it.</summary>
    [Benchmark]
    public long Headers() => DeliveryHeaders.Read(_header, withTrace: false).ReceivedAt;

    /// <summary>The WebSocket frame, once for all clients: the first of the two objects.</summary>
    [Benchmark]
    public int Frame() => WebSocketFrame.Text(_json, out _).Length;

    /// <summary>The ring, full as it always is.</summary>
    [Benchmark]
    public object? Append() => _ring.Append(_message);
}
