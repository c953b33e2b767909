using System.Net.Sockets;
using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Rig;

/// <summary>One service of the system: the same name, address and settings through all of its processes.</summary>
internal sealed class Service(string name, string project, IReadOnlyDictionary<string, string> settings, int port, Journal journal) : IAsyncDisposable
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(2);

    private readonly List<string> _unexpectedEnds = [];
    private ServiceProcess? _process;

    public string Name => name;

    public int Port => port;

    /// <summary>The process that runs now; null while it is down.</summary>
    public ServiceProcess? Process => _process;

    /// <summary>When that process was started.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>Processes that ended without being stopped, or not cleanly.</summary>
    public IReadOnlyList<string> UnexpectedEnds
    {
        get
        {
            lock (_unexpectedEnds)
                return [.. _unexpectedEnds];
        }
    }

    /// <summary>Starts a process, unless one runs.</summary>
    public void Start()
    {
        if (_process is not null)
            return;
        StartedAt = DateTimeOffset.UtcNow;
        var process = ServiceProcess.Start(project, settings, port, line => journal.Write(name, line));
        _process = process;
        _ = WatchAsync(process);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process)
            return;
        await process.KillAsync();
        await process.DisposeAsync();
    }

    /// <summary>SIGTERM, and waits for the end, which must be a clean one.</summary>
    public async Task TerminateAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process)
            return;
        var code = await process.TerminateAsync();
        if (code != 0)
            Report($"{name} ended with code {code} after SIGTERM");
        await process.DisposeAsync();
    }

    /// <summary>Whether <c>/health/ready</c> returns 200 now.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        if (_process is not { } process)
            return false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var answer = await process.Http.GetAsync("health/ready", limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task WatchAsync(ServiceProcess process)
    {
        var code = await process.Ended;
        // Code that ends it removes it from the field first.
        if (Interlocked.CompareExchange(ref _process, null, process) != process)
            return;
        Report($"{name} ended by itself with code {code}");
        await Task.Delay(RestartDelay);
        Start();
    }

    private void Report(string what)
    {
        journal.Note(what, aloud: true);
        lock (_unexpectedEnds)
            _unexpectedEnds.Add($"{Journal.Time(DateTimeOffset.UtcNow)} {what}");
    }
}
