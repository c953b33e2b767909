using System.Net;
using System.Net.Sockets;

namespace LockNGen.TestSupport;

/// <summary>Loopback ports that nobody listens on now.</summary>
public static class FreePorts
{
    /// <summary>Returns <paramref name="count"/> different ports; all are held until the last is known, so they do differ.</summary>
    public static int[] Take(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                listeners.Add(listener);
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
