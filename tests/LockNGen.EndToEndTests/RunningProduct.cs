using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.EndToEndTests;

/// <summary>What a new user has after <c>./run</c>: the README's own command, on a free port, with its own data.</summary>
public sealed class RunningProduct : IAsyncLifetime
{
    /// <summary>A first start on a fresh clone builds everything.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly string _data = Path.Combine(Path.GetTempPath(), "lockngen-e2e-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly string _comfyUi = Path.Combine(Path.GetTempPath(), "lockngen-e2e-comfyui-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly List<string> _output = [];
    private Process? _run;

    /// <summary>The address of the gallery, with a closing slash.</summary>
    public string Url { get; private set; } = "";

    /// <summary>For REST calls beside the browser.</summary>
    public HttpClient Http { get; private set; } = new();

    /// <summary>A ComfyUI to render with instead of the simulator.</summary>
    public string? ComfyUi { get; init; }

    /// <summary>Submits a workflow beside the browser, and returns its id.</summary>
    public async Task<string> SubmitAsync(string workflow)
    {
        using var body = new StringContent($$"""{"workflow":{{workflow}}}""", Encoding.UTF8, "application/json");
        using var answer = await Http.PostAsync("api/generations", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]!.GetValue<string>();
    }

    /// <summary>Puts a file where the simulator keeps results, as if a node of some pack had written it.</summary>
    public void WriteResult(string name, string content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_comfyUi, "output"));
        File.WriteAllText(Path.Combine(folder.FullName, name), content);
    }

    public async ValueTask InitializeAsync()
    {
        var port = FreePorts.Take();
        Url = $"http://127.0.0.1:{port}/";
        Http = new HttpClient { BaseAddress = new Uri(Url) };
        await StartAsync(port);
    }

    /// <summary>Ctrl-C, and the same command again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync(new Uri(Url).Port);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
        Directory.Delete(_data, recursive: true);
        if (Directory.Exists(_comfyUi))
            Directory.Delete(_comfyUi, recursive: true);
    }

    private async Task StartAsync(int port)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _run = new Process
        {
            StartInfo = new ProcessStartInfo(
                Path.Combine(Repository.Root, "run"),
                ["--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--data", _data, .. ComfyUi is null ? [] : new[] { "--comfyui", ComfyUi }])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            EnableRaisingEvents = true,
        };
        _run.StartInfo.Environment["Simulator__Directory"] = _comfyUi;
        _run.OutputDataReceived += (_, e) => Read(e.Data);
        _run.ErrorDataReceived += (_, e) => Read(e.Data);
        _run.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("./run ended:\n" + Output()));
        _run.Start();
        _run.BeginOutputReadLine();
        _run.BeginErrorReadLine();
        try
        {
            await ready.Task.WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException("./run did not become ready:\n" + Output(), e);
        }

        void Read(string? line)
        {
            lock (_output)
                _output.Add(line ?? "");
            if (line?.Contains("LockN Gen is ready", StringComparison.Ordinal) == true)
                ready.TrySetResult();
        }
    }

    private async Task StopAsync()
    {
        if (_run is null || _run.HasExited)
            return;
        // What ./run does at Ctrl-C it does at SIGTERM; SIGINT is ignored below a shell that started the tests in its background.
        using var kill = Process.Start("kill", ["-TERM", _run.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _run.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        _run.Dispose();
    }

    private string Output()
    {
        lock (_output)
            return string.Join('\n', _output.TakeLast(100));
    }
}
