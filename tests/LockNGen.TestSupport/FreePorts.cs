using System.Net;
using System.Net.Sockets;

namespace LockNGen.TestSupport;

/// <summary>
/// Loopback ports that nobody listens on now. They lie below those that the system gives to outgoing connections, so that a server that is
/// stopped for a while finds its port free when it is started again.
/// </summary>
public static class FreePorts
{
    private const int First = 15_000;
    private const int End = 32_000;
    private const int MaxTries = 1_000;

    /// <summary>Returns <paramref name="count"/> different ports; all are held until the last is known, so they do differ.</summary>
    public static int[] Take(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            for (var tries = 0; listeners.Count < count; tries++)
            {
                var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, End));
                try
                {
                    listener.Start();
                    listeners.Add(listener);
                }
                catch (SocketException) when (tries < MaxTries)
                {
                    // Taken: the next one, then.
                    listener.Dispose();
                }
            }

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
}
