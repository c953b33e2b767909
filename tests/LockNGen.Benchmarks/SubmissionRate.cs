using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>
/// How many submissions one API process accepts, each in a transaction that is on the disk before the 202: from one client after the other,
/// and from many at once, which share transactions. Nothing renders, so the queue grows all the time.
/// </summary>
internal static class SubmissionRate
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);
    private static readonly byte[] Request = Encoding.UTF8.GetBytes("""{"template":"txt2img","parameters":{"prompt":"a lighthouse at dusk","model":"m","steps":20}}""");

    public static async Task RunAsync()
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        await using var postgreSql = new PostgreSqlFixture { IsDurable = true };
        var data = Directory.CreateTempSubdirectory("lockngen-bench-").FullName;
        try
        {
            await RunAsync("SQLite", $"Data Source={Path.Combine(data, "lockngen.db")}", await broker.CreateVirtualHostAsync(), data);
            await RunAsync("PostgreSQL", await postgreSql.CreateDatabaseAsync(), await broker.CreateVirtualHostAsync(), data);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task RunAsync(string name, string database, string broker, string data)
    {
        await using var api = ServiceProcess.Start("LockNGen.GenerationApi", new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = broker,
            ["ConnectionStrings__generations"] = database,
            ["Storage__DataPath"] = data,
            ["Queue__MaxDepth"] = "1000000",
            ["Bus__StreamMaxBytes"] = "268435456",
            ["Logging__LogLevel__Default"] = "Warning",
        });
        await api.ReadyAsync();
        await MeasureAsync(api, clients: 16, TimeSpan.FromSeconds(3)); // lets the JIT settle
        var one = await MeasureAsync(api, clients: 1, Length);
        var many = await MeasureAsync(api, clients: 64, Length);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"submissions, {name}: one client {one}; 64 clients {many}; that is {many.PerSecond / one.PerSecond:0.0} times as many"));
    }

    private static async Task<Result> MeasureAsync(ServiceProcess api, int clients, TimeSpan length)
    {
        var latencies = new ConcurrentBag<double>();
        using var process = Process.GetProcessById(api.Id);
        var cpu = process.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < length)
            {
                var asked = Stopwatch.GetTimestamp();
                using var answer = await api.Http.PostAsync("api/generations", new ByteArrayContent(Request));
                if (answer.StatusCode != HttpStatusCode.Accepted)
                    throw new InvalidOperationException($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
                latencies.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }
        }));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        process.Refresh();
        var sorted = latencies.Order().ToList();
        return new Result(
            sorted.Count / seconds,
            sorted[sorted.Count / 2],
            sorted[(int)(0.99 * (sorted.Count - 1))],
            (process.TotalProcessorTime - cpu).TotalMilliseconds / sorted.Count);
    }

    private sealed record Result(double PerSecond, double P50, double P99, double CpuMilliseconds)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{PerSecond:0}/s (p50 {P50:0.0} ms, p99 {P99:0.0} ms, {CpuMilliseconds:0.00} ms of the API's CPU each)");
    }
}
