using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// The nodes of one broker as a connection string names them: addresses separated by commas, all for the same user, password and virtual host,
/// because it is one broker.
/// </summary>
internal static class BrokerAddresses
{
    private const string Setting = "ConnectionStrings__rabbitmq";
    private const string Example = "amqp://guest:guest@localhost:5672/";

    /// <summary>Parses them.</summary>
    /// <exception cref="FormatException">One is not an address; the message says which, and never contains a password.</exception>
    public static IReadOnlyList<Uri> Parse(string? addresses)
    {
        if (string.IsNullOrWhiteSpace(addresses))
            throw new FormatException($"{Setting} is not set. Give the broker's address, for example {Example}, or several separated by commas.");
        var parts = Split(addresses);
        var nodes = parts.Select((part, i) => Read(part, parts.Count == 1 ? "" : $": address {i + 1} of {parts.Count}")).ToList();
        if (nodes.FindIndex(n => n.Scheme != nodes[0].Scheme) is > 0 and var odd)
            throw new FormatException($"{Setting}: address {odd + 1} of {nodes.Count} ({Name(nodes[odd])}) must be {nodes[0].Scheme}:// like the first: either all connections use TLS, or none.");
        var first = new ConnectionFactory { Uri = nodes[0] };
        for (var i = 1; i < nodes.Count; i++)
        {
            var other = new ConnectionFactory { Uri = nodes[i] };
            if (other.VirtualHost != first.VirtualHost || other.UserName != first.UserName || other.Password != first.Password)
            {
                throw new FormatException(
                    $"{Setting}: address {i + 1} of {nodes.Count} ({Name(nodes[i])}) has a different user, password or virtual host from the first ({Name(nodes[0])}). All must be nodes of one broker.");
            }
        }

        return nodes;
    }

    /// <summary>A node as logs and errors may show it.</summary>
    public static string Name(Uri node) => node.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static List<string> Split(string addresses)
    {
        var parts = new List<string>();
        foreach (var part in addresses.Split(',', StringSplitOptions.TrimEntries))
        {
            // A password may contain a comma: an address continues until its host.
            if (parts.Count > 0 && parts[^1].Contains("://", StringComparison.Ordinal) && !parts[^1].Contains('@')
                && part.Contains('@') && !part.Contains("://", StringComparison.Ordinal))
                parts[^1] += "," + part;
            else
                parts.Add(part);
        }

        return parts;
    }

    private static Uri Read(string part, string which)
    {
        if (!Uri.TryCreate(part, UriKind.Absolute, out var address) || address.Scheme is not ("amqp" or "amqps") || address.Host.Length == 0)
            throw new FormatException($"{Setting}{which}{Shown(part)} is not an amqp:// or amqps:// address, for example {Example}.");
        try
        {
            _ = new ConnectionFactory { Uri = address };
            return address;
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{Setting}{which}{Shown(part)} is not an amqp:// or amqps:// address, for example {Example}: {e.Message}", e);
        }
    }

    /// <summary>What follows the password, if there is one.</summary>
    private static string Shown(string part)
    {
        var host = part[(part.LastIndexOf('@') + 1)..];
        return host.Length == 0 ? " (empty)" : $" ({host})";
    }
}
