using LockNGen.Benchmarks;

switch (args.FirstOrDefault())
{
    case "latency":
        await PathLatency.RunAsync();
        break;
    default:
        Console.WriteLine(
            """
            Usage: dotnet run -c Release --project tests/LockNGen.Benchmarks -- <benchmark>

              latency   ComfyUI to client: separate processes, a real broker, 100 clients on one generation
            """);
        return args.Length == 0 ? 0 : 2;
}

return 0;
