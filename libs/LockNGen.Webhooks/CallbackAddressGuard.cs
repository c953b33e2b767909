using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace LockNGen.Webhooks;

/// <summary>
/// Keeps addresses that clients give us from reaching into our own network (server-side request forgery): at registration, so that a
/// mistake is answered at once, and again for every connection, since a name may resolve to something else by then.
/// </summary>
/// <param name="options">What is allowed.</param>
/// <param name="resolve">Looks a host name up; by default the system's resolver.</param>
public sealed class CallbackAddressGuard(
    IOptions<CallbackAddressOptions> options, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private const int MaxLength = 2048;
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(2);

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>
    /// Why this URL cannot be called back, as a sentence for its owner; null when it can. A name that cannot be resolved right now is let
    /// through: it is checked when it is called.
    /// </summary>
    public async Task<string?> FindProblemAsync(string url, CancellationToken cancellationToken)
    {
        if (url.Length > MaxLength)
            return $"The address is longer than {MaxLength} characters.";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
            return "The address must be absolute and begin with https:// or http://.";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return "The address must not contain a user name, a password or a fragment.";
        if (options.Value.AllowPrivateAddresses)
            return null;

        try
        {
            var addresses = await ResolveAsync(uri.IdnHost, cancellationToken);
            return addresses.All(PublicAddresses.Contains) ? null : Refusal(uri.IdnHost);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return $"The host {uri.IdnHost} does not exist.";
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>
    /// For <see cref="SocketsHttpHandler.ConnectCallback"/>: resolves the name, and connects to nothing but the addresses that it has checked.
    /// </summary>
    /// <exception cref="CallbackAddressRefusedException">The name leads into this network.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await ResolveAsync(host, cancellationToken);
        if (!options.Value.AllowPrivateAddresses && !addresses.All(PublicAddresses.Contains))
            throw new CallbackAddressRefusedException(Refusal(host));

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Refusal(string host) =>
        $"The host {host} is in a private, loopback or link-local network, which this installation does not call.";

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
            return [address];
        var addresses = await _resolve(host, cancellationToken).WaitAsync(ResolveTimeout, cancellationToken);
        return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.NoData);
    }
}
