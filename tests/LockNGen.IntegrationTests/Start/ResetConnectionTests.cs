using System.Net.Sockets;
using System.Text;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Start;

/// <summary>Connections that are cut off at any point: scanners, port checks and closed laptops do that all day, and none of it is an error here.</summary>
public sealed class ResetConnectionTests : IAsyncLifetime
{
    private const string Upgrade =
        "GET {0} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    private const string Form = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"{0}\"; filename=\"a.png\"\r\n\r\nhalf";

    private readonly string _data = Directory.CreateTempSubdirectory("lockngen-reset-").FullName;
    private readonly int _door = FreePorts.Take();
    private ServiceProcess _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = ServiceProcess.Start("LockNGen.Standalone", new Dictionary<string, string>
        {
            ["Standalone__Data"] = _data,
            ["ComfyUi__Instances__0__Url"] = "http://127.0.0.1:9",
            ["Standalone__DoorPort"] = _door.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Logging__LogLevel__Default"] = "Error",
            // Whose error it is that the service ends.
            ["Logging__LogLevel__Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",
        });
        await _service.ReadyAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task ConnectionsThatAreReset_LeaveNoLineInTheErrorLog()
    {
        string[] beginnings =
        [
            "", "G", "GET / HT", "GET / HTTP/1.1\r\nHost: loc", "\u0016\u0003\u0001\u0002\0", "\0\0\0", "POST /api/generations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"a\":",
            "POST /api/generations HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\"", "POST /api/uploads HTTP/1.1\r\nHost: localhost\r\n" + Filled(Form, "file"),
            "POST /api/workflows/import HTTP/1.1\r\nHost: localhost\r\n" + Filled(Form, "file"), Filled(Upgrade, "/api/ws/progress"),
            "GET /api/sse/progress HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /api/progress?wait=10 HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /api/generations HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "PUT /api/internal/generations/00000000-0000-0000-0000-000000000001/attempts/1/images/1/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx",
        ];
        string[] beginningsAtTheDoor =
        [
            "", "GET /obj", "POST /prompt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"prompt\":", Filled(Upgrade, "/ws?clientId=a"),
            "POST /upload/image HTTP/1.1\r\nHost: localhost\r\n" + Filled(Form, "image"), "POST /upload/mask HTTP/1.1\r\nHost: localhost\r\n" + Filled(Form, "image"),
            "POST /v1/images/edits HTTP/1.1\r\nHost: localhost\r\n" + Filled(Form, "image"), "POST /v1/images/edits HTTP/1.1\r\nHost: localhost\r\n" + Filled(Form, "mask"),
            "POST /api/v2/assets HTTP/1.1\r\nHost: localhost\r\n" + Filled(Form, "file"), "GET /object_info HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ];

        for (var i = 0; i < 5; i++)
        {
            foreach (var beginning in beginnings)
                await ResetAsync(_service.Url.Port, beginning);
            foreach (var beginning in beginningsAtTheDoor)
                await ResetAsync(_door, beginning);
        }

        // An orderly end waits for the requests that were begun.
        (await _service.TerminateAsync()).ShouldBe(0);
        _service.Log.ShouldBeEmpty();
    }

    private static string Filled(string format, string value) => string.Format(System.Globalization.CultureInfo.InvariantCulture, format, value);

    /// <summary>Sends the beginning, waits for an answer if there is to be one, and cuts the connection off with RST.</summary>
    private static async Task ResetAsync(int port, string beginning)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        await client.Client.SendAsync(Encoding.Latin1.GetBytes(beginning), TestContext.Current.CancellationToken);
        if (beginning.StartsWith("GET", StringComparison.Ordinal) && beginning.EndsWith("\r\n\r\n", StringComparison.Ordinal) && !beginning.Contains("wait=", StringComparison.Ordinal))
            await client.Client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
        client.LingerState = new LingerOption(true, 0);
    }
}
