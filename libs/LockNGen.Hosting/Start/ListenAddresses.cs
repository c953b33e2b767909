using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace LockNGen.Hosting.Start;

/// <summary>
/// Tries the configured ports before anything starts. Kestrel binds them last, when the services have already connected, taken leases and
/// begun to work.
/// </summary>
internal static class ListenAddresses
{
    /// <summary>Returns if all of them are free, or are not addresses of this machine.</summary>
    /// <exception cref="StartFailureException">Another process listens there.</exception>
    public static void EnsureFree(IConfiguration configuration)
    {
        foreach (var url in (configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var address = BindingAddress.Parse(url);
            if (address is { IsUnixPipe: false, IsNamedPipe: false, Port: > 0 and var port } && IsTaken(AddressOf(address.Host), port))
                throw new StartFailureException($"Port {port} of {url} is taken. Stop the process that uses it, or choose another one with ASPNETCORE_URLS (for /metrics, OTEL_EXPORTER_PROMETHEUS_PORT).");
        }
    }

    /// <summary>To Kestrel, a host that is not an address, such as <c>*</c>, means all addresses.</summary>
    private static IPAddress AddressOf(string host) =>
        host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : IPAddress.Any;

    /// <summary>Binds without listening: a client waiting for this service must not be accepted by a socket that closes at once.</summary>
    private static bool IsTaken(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return false;
        }
        catch (SocketException e)
        {
            // Kestrel reports anything else that is wrong with the address.
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}
