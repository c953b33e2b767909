using System.Text;
using LockNGen.Messaging.Amqp;
using LockNGen.RealtimeGateway.Broker;

namespace LockNGen.RealtimeGateway.Tests.Broker;

public sealed class DeliveryHeadersTests
{
    private const AmqpMethod BasicClass = (AmqpMethod)(60 << 16);
    private const ushort ContentTypeAndHeaders = (1 << 15) | (1 << 13);

    [Fact]
    public void Read_HeadersOfAPublisher_FindsOursAmongOthers()
    {
        var payload = Payload(
            Entry("MT-MessageType", 'S', Sized("urn:message:x")),
            Entry("nothing", 'V', []),
            Entry("flag", 't', [1]),
            Entry("list", 'A', Sized("I\0\0\0\u0001")),
            Entry("lockngen-owner", 'S', Sized("ann")),
            Entry("lockngen-received-at", 'l', [0, 0, 0, 0, 0, 0, 1, 2]),
            Entry("traceparent", 'S', Sized("00-1-2-01")));

        DeliveryHeaders.Read(payload, withTrace: true).ShouldBe(new DeliveryHeaders(1234, "ann", 258, "00-1-2-01"));
        DeliveryHeaders.Read(payload, withTrace: false).TraceParent.ShouldBeNull();
    }

    [Fact]
    public void Read_NumberAsText_IsTheNumber() =>
        DeliveryHeaders.Read(Payload(Entry("lockngen-received-at", 'S', Sized("1700000000000001"))), withTrace: false)
            .ReceivedAt.ShouldBe(1_700_000_000_000_001);

    [Fact]
    public void Read_NoHeaders_KnowsTheSize() =>
        DeliveryHeaders.Read(Payload(new AmqpWriter(1, BasicClass).UInt64(7).UInt16(0)), withTrace: true)
            .ShouldBe(new DeliveryHeaders(7, null, 0, null));

    [Theory]
    [InlineData('S', new byte[] { 0, 0, 0, 9, 65 })]
    [InlineData('S', new byte[] { 255, 255, 255, 255, 65 })]
    [InlineData('?', new byte[] { 65 })]
    public void Read_BrokenTable_SaysSoAndKnowsTheSize(char type, byte[] value)
    {
        var headers = DeliveryHeaders.Read(Payload(Entry("lockngen-owner", type, value)), withTrace: true);

        headers.AreReadable.ShouldBeFalse();
        headers.BodySize.ShouldBe(1234);
        headers.Owner.ShouldBeNull();
    }

    private static byte[] Payload(params byte[][] entries) => Payload(
        new AmqpWriter(1, BasicClass).UInt64(1234).UInt16(ContentTypeAndHeaders)
            .ShortString("application/json").LongString([.. entries.SelectMany(e => e)]));

    private static byte[] Payload(AmqpWriter frame) => frame.End().AsSpan()[AmqpFrame.HeaderSize..^1].ToArray();

    private static byte[] Entry(string name, char type, byte[] value) =>
        [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)type, .. value];

    private static byte[] Sized(string text) => [0, 0, 0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
