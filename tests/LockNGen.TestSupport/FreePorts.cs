using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LockNGen.TestSupport;

/// <summary>
/// Loopback ports that nothing listens on now, outside the range (32768 and up on Linux) from which the system numbers outgoing
/// connections: one of those could take a port of that range before its server has started.
/// </summary>
public static class FreePorts
{
    private const int First = 15_000;
    private const int End = 32_000;

    /// <summary>Each is given out once in a process: its server may take seconds to listen there, and tests run side by side.</summary>
    private static readonly ConcurrentDictionary<int, bool> GivenOut = new();

    /// <summary>Returns <paramref name="count"/> different ports; all are held until the last is known, so they do differ.</summary>
    public static int[] Take(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
                listeners.Add(Listen());

            return [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }

    /// <summary>Returns one.</summary>
    public static int Take() => Take(1)[0];

    private static TcpListener Listen()
    {
        const int tries = 100;
        for (var i = 1; ; i++)
        {
            var port = Random.Shared.Next(First, End);
            if (!GivenOut.TryAdd(port, true) && i < tries)
                continue;
            var listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException) when (i < tries)
            {
                listener.Dispose();
            }
        }
    }
}
