using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using NSubstitute.ReceivedExtensions;
using RabbitMQ.Client;
using PublishException = RabbitMQ.Client.Exceptions.PublishException;

namespace LockNGen.Messaging.Tests;

/// <summary>When a connection is left. BrokerClusterTests and the bus's RefusalTests have a broker that refuses.</summary>
public sealed class ConnectionWatchTests
{
    private static readonly Exception Refused = new RabbitMqConnectionException("BasicPublishAsync failed", new PublishException(1, isReturn: false));

    private static readonly Exception Returned = new MessageReturnedException("No queue", new PublishException(1, isReturn: true));

    private readonly FakeTimeProvider _clock = new();
    private readonly IPipe<ChannelContext> _reader = Substitute.For<IPipe<ChannelContext>>();
    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConnectionWatch _watch;

    public ConnectionWatchTests()
    {
        _watch = new ConnectionWatch(_clock, NullLogger<ConnectionWatch>.Instance);
        _reader.Send(default!).ReturnsForAnyArgs(_reading.Task);
    }

    [Fact]
    public async Task Connection_OnWhichTheBrokerRefusesMessages_IsClosedOnce()
    {
        var connection = Open();
        var reading = _watch.Send(ChannelOf(connection), _reader);

        await _watch.SendFault(Command(), Refused);
        await _watch.PublishFault(Event(), Refused);

        Closed(connection, 1);
        _reading.SetResult();
        await reading;
    }

    [Fact]
    public async Task Connection_AfterOneThatWasClosed_IsGivenFiveSeconds()
    {
        var (first, second) = (Open(), Open());
        _ = _watch.Send(ChannelOf(first), _reader);
        await _watch.SendFault(Command(), Refused);
        _ = _watch.Send(ChannelOf(second), _reader);

        _clock.Advance(TimeSpan.FromSeconds(4.9));
        await _watch.SendFault(Command(), Refused);
        Closed(second, 0);

        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await _watch.SendFault(Command(), Refused);
        Closed(second, 1);
        _reading.SetResult();
    }

    [Fact]
    public async Task Connection_WhoseMessagesComeBackOrAreCancelled_StaysOpen()
    {
        var connection = Open();
        _ = _watch.Send(ChannelOf(connection), _reader);

        await _watch.SendFault(Command(), Returned);
        await _watch.SendFault(Command(), new OperationCanceledException());
        await _watch.PublishFault(Event(), new RabbitMqConnectionException("Broker unreachable"));

        Closed(connection, 0);
        _reading.SetResult();
    }

    [Fact]
    public async Task Refusal_BeforeAnythingIsRead_IsLeftToMassTransit() => await _watch.SendFault(Command(), Refused);

    [Fact]
    public async Task Endpoint_ThatStaysOnAClosedConnection_LeavesItAtTheFifthLook()
    {
        var connection = Open();
        var reading = _watch.Send(ChannelOf(connection), _reader);
        connection.IsOpen.Returns(false);

        await LookAsync(connection, 4);
        reading.IsCompleted.ShouldBeFalse();

        _clock.Advance(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<ConnectionException>(reading.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Endpoint_OnAConnectionThatIsOpen_Continues()
    {
        var connection = Open();
        var reading = _watch.Send(ChannelOf(connection), _reader);

        await LookAsync(connection, 10);

        reading.IsCompleted.ShouldBeFalse();
        _reading.SetResult();
        await reading;
    }

    [Fact]
    public async Task Endpoint_ThatFails_FailsAsItDid()
    {
        var reading = _watch.Send(ChannelOf(Open()), _reader);

        _reading.SetException(new InvalidOperationException("its own"));

        (await Should.ThrowAsync<InvalidOperationException>(reading)).Message.ShouldBe("its own");
    }

    /// <summary>Looks come one after the other: the next is waited for once the one before has been taken.</summary>
    private async Task LookAsync(IConnection connection, int times)
    {
        for (var i = 1; i <= times; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            while (LooksAt(connection) < i)
                await Task.Yield();
        }
    }

    private static int LooksAt(IConnection connection) => connection.ReceivedCalls().Count(c => c.GetMethodInfo().Name == "get_IsOpen");

    private static IConnection Open()
    {
        var connection = Substitute.For<IConnection>();
        connection.IsOpen.Returns(true);
        connection.ClearReceivedCalls();
        return connection;
    }

    private static ChannelContext ChannelOf(IConnection connection)
    {
        var channel = Substitute.For<ChannelContext>();
        channel.ConnectionContext.Connection.Returns(connection);
        return channel;
    }

    private static void Closed(IConnection connection, int times) =>
        _ = connection.Received(Quantity.Exactly(times)).CloseAsync(
            Arg.Any<ushort>(), Arg.Any<string>(), Arg.Any<TimeSpan>(), abort: true, Arg.Any<CancellationToken>());

    private static SendContext<string> Command() => Substitute.For<SendContext<string>>();

    private static PublishContext<string> Event() => Substitute.For<PublishContext<string>>();
}
