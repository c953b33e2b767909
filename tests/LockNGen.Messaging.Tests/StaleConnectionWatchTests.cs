using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace LockNGen.Messaging.Tests;

/// <summary>When the bus is given up. What it watches for is a race in RabbitMQ.Client; WatcherLossTests meets it now and then.</summary>
public sealed class StaleConnectionWatchTests : IDisposable
{
    private static readonly Exception Closed = new ConnectionException(
        "ReceiveTransport faulted", new AlreadyClosedException(new ShutdownEventArgs(ShutdownInitiator.Peer, 320, "CONNECTION_FORCED")));

    private static readonly Exception Unreachable = new ConnectionException("Broker unreachable", new BrokerUnreachableException(new IOException()));

    private readonly FakeTimeProvider _clock = new();
    private readonly IHostApplicationLifetime _lifetime = Substitute.For<IHostApplicationLifetime>();
    private readonly StaleConnectionWatch _watch;

    public StaleConnectionWatchTests() => _watch = new StaleConnectionWatch(_lifetime, _clock, NullLogger<StaleConnectionWatch>.Instance);

    public void Dispose() => Environment.ExitCode = 0;

    [Fact]
    public async Task Endpoint_ThatStaysOnAClosedConnection_EndsTheProcess()
    {
        await _watch.Faulted(Fault(Closed));
        _clock.Advance(TimeSpan.FromSeconds(7));
        _lifetime.DidNotReceive().StopApplication();

        await _watch.Faulted(Fault(Closed));

        _lifetime.Received(1).StopApplication();
        Environment.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Endpoint_ThatIsReadyOrCannotConnectInBetween_DoesNot()
    {
        await _watch.Faulted(Fault(Closed));
        _clock.Advance(TimeSpan.FromSeconds(7));
        await _watch.Ready(Substitute.For<ReceiveEndpointReady>());
        await _watch.Faulted(Fault(Closed));
        _clock.Advance(TimeSpan.FromSeconds(7));
        await _watch.Faulted(Fault(Unreachable));
        await _watch.Faulted(Fault(Closed));
        _clock.Advance(TimeSpan.FromSeconds(4));
        await _watch.Faulted(Fault(Closed));

        _lifetime.DidNotReceive().StopApplication();
    }

    [Fact]
    public async Task Sends_OnAClosedConnection_EndTheProcessAlthoughItReceives()
    {
        await _watch.PublishFault(Substitute.For<PublishContext<string>>(), Closed);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await _watch.Ready(Substitute.For<ReceiveEndpointReady>());
        await _watch.SendFault(Command(), new OperationCanceledException());
        await _watch.SendFault(Command(), Closed);

        _lifetime.Received(1).StopApplication();
    }

    [Fact]
    public async Task Sends_ThatSucceedInBetween_DoNot()
    {
        await _watch.SendFault(Command(), Closed);
        _clock.Advance(TimeSpan.FromSeconds(7));
        await _watch.PostPublish(Substitute.For<PublishContext<string>>());
        await _watch.SendFault(Command(), Closed);

        _lifetime.DidNotReceive().StopApplication();
    }

    private static ReceiveEndpointFaulted Fault(Exception exception)
    {
        var fault = Substitute.For<ReceiveEndpointFaulted>();
        fault.Exception.Returns(exception);
        return fault;
    }

    private static SendContext<string> Command() => Substitute.For<SendContext<string>>();
}
