using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace LockNGen.TestSupport;

/// <summary>Servers from Testcontainers, which the fixtures take with <c>TESTCONTAINERS=true</c> instead of Debian's: <c>./test containers</c>.</summary>
internal static class Containers
{
    public const string User = "tests";

    public static bool AreWanted { get; } = Environment.GetEnvironmentVariable("TESTCONTAINERS") == "true";

    public static RabbitMqContainer RabbitMq() =>
        new RabbitMqBuilder("rabbitmq:4-management").WithUsername(User).WithPassword(User).Build();

    /// <summary>As many connections as the private server allows: a suite has many databases with pools of their own.</summary>
    public static PostgreSqlContainer PostgreSql() =>
        new PostgreSqlBuilder("postgres:17").WithUsername(User).WithPassword(User).WithCommand("-c", "max_connections=300").Build();
}
