using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration.Memory;

namespace LockNGen.Standalone;

/// <summary>
/// The port at which programs made for one ComfyUI find the farm. <c>Standalone:DoorPort</c>: 8188 by default, 0 for none. Where no one
/// asked for it and something listens there, most likely a ComfyUI, the rest goes on without it.
/// </summary>
internal static class StandaloneDoor
{
    private const int DefaultPort = 8188;
    private const string PortSetting = "Standalone:DoorPort";
    private const string DoorPort = "ComfyDoors:Port";

    /// <summary>Whether there is a door in this process.</summary>
    public static bool HasDoor(this WebApplicationBuilder builder) => builder.Configuration[DoorPort] is { Length: > 0 };

    /// <summary>Adds the door's port to those that this process listens on, at the interfaces of the first.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="urls">Where it listens so far.</param>
    public static void AddDoorPort(this WebApplicationBuilder builder, string urls)
    {
        var isAskedFor = builder.Configuration[PortSetting] is { Length: > 0 };
        var port = builder.Configuration.GetValue(PortSetting, DefaultPort);
        if (port == 0)
            return;
        var own = BindingAddress.Parse(urls.Split(';')[0]);
        if (!isAskedFor && IsTaken(port))
        {
            Console.Error.WriteLine($"Port {port} is taken, so there is no door for programs made for ComfyUI. Choose another port with Standalone__DoorPort (./run --door PORT).");
            return;
        }

        builder.WebHost.UseUrls([.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries), string.Create(CultureInfo.InvariantCulture, $"http://{own.Host}:{port}")]);
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                [DoorPort] = port.ToString(CultureInfo.InvariantCulture),
                ["ComfyDoors:ApiUrl"] = $"{own.Scheme}://{Reachable(own.Host)}:{own.Port}",
            },
        });
    }

    /// <summary>Wildcards are not addresses to connect to.</summary>
    private static string Reachable(string host) => host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : host;

    private static bool IsTaken(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
