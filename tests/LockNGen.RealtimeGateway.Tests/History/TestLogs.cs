using System.Diagnostics.Metrics;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace LockNGen.RealtimeGateway.Tests.History;

internal static class TestLogs
{
    public static GenerationLogs Create(RingOptions? options = null, TimeProvider? clock = null)
    {
        clock ??= new FakeTimeProvider();
        return new GenerationLogs(Options.Create(options ?? new RingOptions()), clock, Metrics(clock), NullLogger<GenerationLogs>.Instance);
    }

    public static GatewayMetrics Metrics(TimeProvider clock) =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), clock);

    public static ServerMessage Message(GenerationEvent message)
    {
        var json = ContractsJson.Serialize(message);
        EventScanner.TryScan(json, out var scanned).ShouldBeTrue();
        return ServerMessage.Event(scanned, json, receivedAt: 0);
    }
}
