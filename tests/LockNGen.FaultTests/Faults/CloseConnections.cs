using System.Globalization;
using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>The broker closes single connections, as an operator or a policy does.</summary>
/// <param name="broker">The broker.</param>
/// <param name="share">From 0 to 1: which third of the open connections.</param>
/// <param name="lasts">How long until recovery is measured.</param>
internal sealed class CloseConnections(RabbitMqBroker broker, double share, TimeSpan lasts) : Fault("broker closes connections", "broker", lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => broker.ControlAsync("eval", string.Create(CultureInfo.InvariantCulture, $$"""
        All = rabbit_networking:local_connections(),
        Numbered = lists:zip(lists:seq(trunc({{share}} * length(All)), trunc({{share}} * length(All)) + length(All) - 1), All),
        [rabbit_networking:close_connection(Connection, "fault test") || {Number, Connection} <- Numbered, Number rem 3 =:= 0].
        """));
}
