using System.Diagnostics;
using System.Globalization;

namespace LockNGen.TestSupport;

/// <summary>
/// A service's own program as a real process on a free loopback port, to be killed, stopped and watched. Its log is kept for the message of
/// a failing test.
/// </summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _name;
    private readonly Process _process;
    private readonly Action<string>? _onLine;
    private readonly LineLog _log = new();
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(string name, Process process, Uri url, Action<string>? onLine)
    {
        _name = name;
        _process = process;
        _onLine = onLine;
        Url = url;
        Http = new HttpClient { BaseAddress = url };
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>A client with that base address.</summary>
    public HttpClient Http { get; }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Completes when the process has ended, however.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>Everything that it has printed; nothing when somebody else takes the lines.</summary>
    public string Log => _log.Text;

    /// <summary>Starts <c>services/{project}</c> without waiting for it.</summary>
    /// <param name="project">The project's name.</param>
    /// <param name="settings">Environment variables; <c>__</c> separates sections.</param>
    /// <param name="port">Where it listens; a free port by default.</param>
    /// <param name="onLine">Takes each line that it prints, instead of <see cref="Log"/>: for processes that print for hours.</param>
    public static ServiceProcess Start(string project, IReadOnlyDictionary<string, string> settings, int? port = null, Action<string>? onLine = null)
    {
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port ?? FreePorts.Take()}"));
        var start = new ProcessStartInfo("dotnet", [Repository.ServiceProgram(project)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = url.ToString().TrimEnd('/');
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var service = new ServiceProcess(project, new Process { StartInfo = start, EnableRaisingEvents = true }, url, onLine);
        service.Run();
        return service;
    }

    /// <summary>Waits until <c>/health/ready</c> says 200.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var last = "it never answered";
        while (!limit.IsCancellationRequested && !_process.HasExited)
        {
            try
            {
                using var response = await Http.GetAsync("health/ready", limit.Token);
                if (response.IsSuccessStatusCode)
                    return;
                last = await response.Content.ReadAsStringAsync(limit.Token);
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }
            catch (OperationCanceledException)
            {
                break;
            }

            // Readiness can only be polled.
            await Task.Delay(50, CancellationToken.None);
        }

        throw new InvalidOperationException($"{_name} did not become ready: {last}\n{Log}");
    }

    /// <summary>Waits until a line with this text has been printed.</summary>
    public Task LoggedAsync(string text) => _log.SeenAsync(text);

    /// <summary>kill -9, and waits for the end.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitedAsync();
    }

    /// <summary>SIGTERM, as an orchestrator would; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await ExitedAsync();
        return _process.ExitCode;
    }

    /// <summary>SIGSTOP: the process is frozen, its sockets stay open.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT after <see cref="FreezeAsync"/>.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Waits for the end of the process.</summary>
    public Task ExitedAsync() => _process.WaitForExitAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        Http.Dispose();
    }

    private void Run()
    {
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.Exited += (_, _) => _ended.TrySetResult(_process.ExitCode);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        if (_onLine is not null)
            _onLine(line);
        else
            _log.Add(line);
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
