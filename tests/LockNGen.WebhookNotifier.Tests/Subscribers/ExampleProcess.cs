using System.Diagnostics;

namespace LockNGen.WebhookNotifier.Tests.Subscribers;

/// <summary>A command in the copy of an example: what somebody who follows the documentation would type.</summary>
internal sealed class ExampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ExampleProcess(Process process) => _process = process;

    public static ExampleProcess Start(string folder, string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var example = new ExampleProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        example.Run();
        return example;
    }

    /// <summary>Runs a command to its end, which must be a good one.</summary>
    public static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        await using var example = Start(folder, program, arguments);
        await example._process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        example._process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{example.Output()}");
    }

    /// <summary>Waits for a line with this text and returns it.</summary>
    public async Task<string> PrintedAsync(string text)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_output)
            {
                if (_output.Find(l => l.Contains(text, StringComparison.Ordinal)) is { } line)
                    return line;
                changed = _changed.Task;
            }

            if (await Task.WhenAny(changed, _ended.Task, Task.Delay(Timeout.Infinite, limit.Token)) != changed)
                throw new InvalidOperationException($"The example did not print '{text}':\n{Output()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private string Output()
    {
        lock (_output)
            return string.Join('\n', _output);
    }

    private void Run()
    {
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.Exited += (_, _) => _ended.TrySetResult();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_output)
        {
            _output.Add(line);
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
