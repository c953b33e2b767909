using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using LockNGen.Benchmarks;
using LockNGen.Benchmarks.Fanout;
using LockNGen.Benchmarks.Micro;

switch (args.FirstOrDefault())
{
    case "latency":
        await PathLatency.RunAsync();
        break;
    case "fanout":
        await FanoutBenchmark.RunAsync();
        break;
    case "crowd":
        await CrowdBenchmark.RunAsync();
        break;
    case "storm":
        await StormBenchmark.RunAsync();
        break;
    case "submit":
        await SubmissionRate.RunAsync();
        break;
    case "overhead":
        await QueueOverhead.RunAsync();
        break;
    case "door":
        await DoorOverhead.RunAsync();
        break;
    case "farm":
        await FarmScale.RunAsync();
        break;
    case "path":
        var (step, counts) = args is [_, "--step", var milliseconds, .. var rest] ? (int.Parse(milliseconds), rest) : (50, args[1..]);
        await PathCost.RunAsync(step, counts.Length > 0 ? [.. counts.Select(int.Parse)] : [1, 3, 10]);
        break;
    case "micro":
        BenchmarkRunner.Run<HotPathBenchmarks>(
            DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)), [.. args.Skip(1)]);
        break;
    default:
        Console.WriteLine(
            """
            Usage: dotnet run -c Release --project tests/LockNGen.Benchmarks -- <benchmark>

              latency   ComfyUI to client: separate processes, a real broker, 100 clients on one generation
              fanout    the gateway's fanout beside that of Node's ws and amqplib: CPU per delivery and latency
              crowd     what an event costs beside 50,000 generations and subscriptions that have nothing to do with it
              storm     10,000 clients lose their connections at once and resume
              submit    submissions per second, on SQLite and on PostgreSQL
              overhead  what the queue adds to a call of ComfyUI itself
              door      the door for programs made for ComfyUI beside a ComfyUI itself: latency of frames, prompts per second, 1,000 sockets
              farm      200 ComfyUI servers on one watcher: its CPU and memory, and how late progress is on the broker
              path      what an event costs the watcher, the broker and 1, 3 and 10 gateways, beside a Node server; path --step 25 1 10: with steps of 25 ms, and 1 and 10 gateways
              micro     the steps of the hot path, with what they allocate
            """);
        return args.Length == 0 ? 0 : 2;
}

return 0;
