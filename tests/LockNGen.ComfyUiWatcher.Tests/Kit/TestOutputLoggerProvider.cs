using LockNGen.TestSupport;
using Microsoft.Extensions.Logging;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>Writes logs into the output of the test that they belong to, and keeps them for it to wait for.</summary>
internal sealed class TestOutputLoggerProvider : ILoggerProvider
{
    private readonly ITestOutputHelper? _output = TestContext.Current.TestOutputHelper;

    public LineLog Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(_output, categoryName, Lines);

    public void Dispose()
    {
    }

    private sealed class Logger(ITestOutputHelper? output, string category, LineLog lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = $"{DateTime.Now:HH:mm:ss.fff} {logLevel} {category}: {formatter(state, exception)} {exception}";
            lines.Add(line);
            try
            {
                output?.WriteLine(line);
            }
            catch (InvalidOperationException)
            {
                // The test is over; messages of background tasks belong to no test.
            }
        }
    }
}
