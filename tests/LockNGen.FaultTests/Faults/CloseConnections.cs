using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>The broker closes single connections, as an operator or a policy does.</summary>
/// <param name="broker">The broker.</param>
/// <param name="share">Which of the open connections: from 0, the first, to 1, the last; a third of them.</param>
/// <param name="lasts">How long until recovery is measured.</param>
internal sealed class CloseConnections(RabbitMqBroker broker, double share, TimeSpan lasts) : Fault("broker closes connections", "broker", lasts)
{
    public override async Task BreakAsync(CancellationToken cancellationToken)
    {
        var connections = (await broker.ControlAsync("list_connections", "pid", "--no-table-headers")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var first = (int)(share * connections.Length);
        // Each call of rabbitmqctl starts a virtual machine of its own.
        await broker.ControlAsync("eval", $"[rabbit_networking:close_connection(rabbit_misc:string_to_pid(P), \"fault test\") || P <- [{string.Join(',', connections.Where((_, i) => (i + first) % 3 == 0).Select(p => $"\"{p}\""))}]].");
    }
}
