using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace LockNGen.Webhooks;

/// <summary>
/// Keeps addresses that clients give us from reaching into our own network (server-side request forgery): at registration, so that a
/// mistake is reported at once, and again for every connection, since a name may resolve to something else by then.
/// </summary>
/// <param name="options">What is allowed.</param>
/// <param name="lookups">Resolves host names.</param>
public sealed class CallbackAddressGuard(IOptions<CallbackAddressOptions> options, NameLookups lookups)
{
    /// <summary>Set on a request, so that its look-ups count towards its owner's share.</summary>
    public static readonly HttpRequestOptionsKey<string> Owner = new("lockngen.owner");

    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Why this URL cannot be called, as a sentence for its owner; null when it can. A name that cannot be resolved right now is let
    /// through: it is checked when it is called.
    /// </summary>
    /// <param name="url">The address.</param>
    /// <param name="owner">Who gave it.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task<string?> FindProblemAsync(string? url, string? owner, CancellationToken cancellationToken)
    {
        if (!CallbackAddress.TryRead(url, out var uri, out var problem))
            return problem;
        if (options.Value.AllowPrivateAddresses)
            return null;

        try
        {
            var addresses = await ResolveAsync(uri.IdnHost, owner, cancellationToken);
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
    /// For <see cref="SocketsHttpHandler.ConnectCallback"/>: resolves the name, and connects only to the addresses that it has checked.
    /// </summary>
    /// <exception cref="CallbackAddressRefusedException">The name resolves to this network.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var owner = context.InitialRequestMessage.Options.TryGetValue(Owner, out var known) ? known : null;
        var addresses = await ResolveAsync(host, owner, cancellationToken);
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

    private async Task<IPAddress[]> ResolveAsync(string host, string? owner, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
            return [address];
        var addresses = await lookups.FindAsync(host, owner ?? "", ResolveTimeout, cancellationToken);
        return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.NoData);
    }
}
