using System.Diagnostics;
using System.Globalization;
using Amazon.S3;
using Amazon.S3.Util;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>
/// An S3 server that others wrote: the one of <c>S3_URL</c> (credentials from <c>AWS_ACCESS_KEY_ID</c> and <c>AWS_SECRET_ACCESS_KEY</c>), else
/// s3rver from tests/s3-server. s3rver checks signatures and serves ranges, parts and overrides; it checks no checksums, takes parts of any
/// length, neither lists nor ends unfinished uploads, has one user and no permissions, and no lifecycle rules.
/// </summary>
internal sealed class S3Server : IAsyncDisposable
{
    private static readonly string? External = Environment.GetEnvironmentVariable("S3_URL") is { Length: > 0 } url ? url : null;

    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-s3-").FullName;
    private readonly int _port = FreePorts.Take();
    private readonly string _bucket = "lockngen-test-" + Guid.NewGuid().ToString("N")[..12];
    private Process? _server;

    private S3Server()
    {
        // s3rver's only user. The SDK's chain finds it where it looks first.
        if (External is null)
        {
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "S3RVER");
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "S3RVER");
        }

        Client = new AmazonS3Client(new AmazonS3Config { ServiceURL = Url, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
    }

    public string Url => External ?? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    /// <summary>Whether it can be stopped: one of <c>S3_URL</c> is not ours.</summary>
    public static bool IsOurs => External is null;

    public string Bucket => _bucket;

    /// <summary>A separate client, to check the contents.</summary>
    public AmazonS3Client Client { get; }

    /// <summary>The settings of an API that uses it.</summary>
    public Dictionary<string, string?> Settings(params (string Name, string Value)[] more) => new(more.Select(m => KeyValuePair.Create(m.Name, (string?)m.Value)))
    {
        ["Storage:S3:Bucket"] = _bucket,
        ["Storage:S3:Endpoint"] = Url,
        ["Storage:S3:Prefix"] = "lockngen/",
    };

    public static async Task<S3Server> StartAsync()
    {
        var server = new S3Server();
        await server.ComeBackAsync();
        await server.Client.PutBucketAsync(server._bucket);
        return server;
    }

    /// <summary>All keys of the bucket.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync() =>
        [.. ((await Client.ListObjectsV2Async(new() { BucketName = _bucket })).S3Objects ?? []).Select(o => o.Key)];

    /// <summary>Stops as in an outage: what was stored remains.</summary>
    public async Task GoAwayAsync()
    {
        _server!.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    public async Task ComeBackAsync()
    {
        if (External is not null)
            return;
        var folder = Path.Combine(Repository.Root, "tests", "s3-server");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "s3rver")))
            throw new InvalidOperationException("s3rver is not installed: npm --prefix tests/s3-server ci, or set S3_URL to a server for tests.");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "server.js"), _folder, _port.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var log = new LineLog();
        _server = Process.Start(start)!;
        _server.OutputDataReceived += (_, e) => log.Add(e.Data ?? "");
        _server.ErrorDataReceived += (_, e) => log.Add(e.Data ?? "");
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        await log.SeenAsync("s3rver listens");
    }

    public async ValueTask DisposeAsync()
    {
        if (External is not null)
            await AmazonS3Util.DeleteS3BucketWithObjectsAsync(Client, _bucket);
        Client.Dispose();
        if (_server is not null)
            await GoAwayAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
