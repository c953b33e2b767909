using System.Diagnostics;
using System.Text;
using LockNGen.Contracts;
using LockNGen.IntegrationTests.Upgrade;
using LockNGen.TestSupport;
using RabbitMQ.Client;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>Real messages with a wrong byte, value or end, chosen by a seed: whatever readers make of them, they continue.</summary>
public sealed class MutatedMessageTests(RabbitMqBroker broker)
{
    private const int Messages = 500;
    private const int MaxMegabytes = 400;

    private static readonly string[] _values =
    [
        "null", "true", "-0", "-1", "1e400", "18446744073709551616", "9223372036854775807", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "[]", "{}", "[null]",
        "{\"a\":1,\"a\":2}", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999+14:00\"", "\"00000000-0000-0000-0000-000000000000\"", "\"../../etc/passwd\"",
        new string('[', 1500), "\"" + new string('x', 300_000) + "\"",
    ];

    [Fact]
    public async Task Messages_MutatedAtEveryReader_EndNoServiceAndHoldUpNothing()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        var notifier = deployment.StartNotifier();
        await notifier.ReadyAsync();
        ServiceProcess[] services = [deployment.Api, deployment.Watcher, deployment.Gateways[0], notifier];
        await using var connection = await new ConnectionFactory { Uri = deployment.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var random = new Random(1);
        var recorded = RecordedMessage.ReadAll();

        await Task.WhenAll(Enumerable.Range(0, Messages).Select(_ =>
        {
            var message = recorded[random.Next(recorded.Count)];
            return AsideQueue.PublishAsync(channel, message.Exchange, "", Mutate(message.Body, random), message.MessageType);
        }));

        await RenderAsync(deployment, deployment.Gateways[0]);
        var late = deployment.StartGateway();
        await late.ReadyAsync();
        await RenderAsync(deployment, late);
        foreach (var service in services)
        {
            service.Ended.IsCompleted.ShouldBeFalse();
            await service.ReadyAsync();
            using var process = Process.GetProcessById(service.Id);
            (process.WorkingSet64 >> 20).ShouldBeLessThan(MaxMegabytes, service.Url.ToString());
        }
    }

    /// <summary>One to three values, bytes or ends of it changed.</summary>
    private static byte[] Mutate(string json, Random random)
    {
        var text = new StringBuilder(json);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    ReplaceValue(text, at, _values[random.Next(_values.Length)]);
                    break;
                case 1:
                    text[at] = "\"{}[],:\\\u0000\ud800x0-"[random.Next(12)];
                    break;
                case 2:
                    text.Remove(at, Math.Min(random.Next(1, 30), text.Length - at)).Append(' ');
                    break;
                default:
                    text.Insert(at, _values[random.Next(_values.Length)]);
                    break;
            }
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (random.Next(10) == 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(128, 256);
        return bytes;
    }

    /// <summary>The value behind the next colon, up to what ends it.</summary>
    private static void ReplaceValue(StringBuilder text, int from, string value)
    {
        var json = text.ToString();
        var start = json.IndexOf(':', from) + 1;
        if (start is 0 || start >= json.Length)
            return;
        var quoted = json[start] == '"' ? json.IndexOf('"', start + 1) + 1 : 0;
        var end = quoted > 0 ? quoted : json.IndexOfAny([',', '}', ']'], start);
        if (end > start)
            text.Remove(start, end - start).Insert(start, value);
    }

    private static async Task RenderAsync(Deployment deployment, ServiceProcess gateway)
    {
        var id = await deployment.Api.Http.SubmitAsync();
        await using var client = await ProgressClient.ConnectAsync(gateway.Url, $"generationId={id}&after=0");
        await client.UntilAsync(GenerationEventTypes.Completed);
    }
}
