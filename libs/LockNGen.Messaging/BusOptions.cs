using System.ComponentModel.DataAnnotations;

namespace LockNGen.Messaging;

/// <summary>How a service reaches the broker. Section <c>Bus</c>; the address is the connection string <c>rabbitmq</c>.</summary>
public sealed class BusOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Bus";

    /// <summary><c>RabbitMq</c> (default) or <c>InMemory</c> (Standalone only: one process, nothing is kept after it ends).</summary>
    public BusTransport Transport { get; set; } = BusTransport.RabbitMq;

    /// <summary>
    /// amqp:// or amqps:// address with user and password; several for the nodes of a cluster, separated by commas. From
    /// <c>ConnectionStrings__rabbitmq</c>.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>How long one node may take to accept a connection before the next is tried. Default 3 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>PEM file of the authorities trusted to issue the broker's certificate, instead of the system's; for amqps://.</summary>
    public string? CaFile { get; set; }

    /// <summary>PEM file of the service's client certificate and its chain; for amqps://.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file of that certificate's key, unencrypted; leave it unset if <c>CertificateFile</c> contains it.</summary>
    public string? CertificateKeyFile { get; set; }

    /// <summary>How long events stay in the stream from which gateways resume. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan StreamMaxAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How large that stream may grow, in bytes. Default 1 GiB, at least 16 MiB.</summary>
    [Range(16L << 20, 1L << 40)]
    public long StreamMaxBytes { get; set; } = 1L << 30;

    /// <summary>How long a command waits for its answer. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>What carries the messages.</summary>
public enum BusTransport
{
    /// <summary>A RabbitMQ broker, 3.10 or newer.</summary>
    RabbitMq,

    /// <summary>This process.</summary>
    InMemory,
}
