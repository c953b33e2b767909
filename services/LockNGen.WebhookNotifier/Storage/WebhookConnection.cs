using LockNGen.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Storage;

/// <summary>Finds out which database to use.</summary>
internal sealed class WebhookConnection(IConfiguration configuration) : IConfigureOptions<WebhookOptions>, IValidateOptions<WebhookOptions>
{
    private const string Default = "Data Source=data/webhooks.db";

    public void Configure(WebhookOptions options) =>
        options.ConnectionString ??= configuration.GetConnectionString("webhooks")
            ?? (configuration.GetConnectionString("generations") is { } generations ? Beside(generations) : Default);

    public ValidateOptionsResult Validate(string? name, WebhookOptions options) =>
        DatabaseAddress.FindProblem(options.ConnectionString!) is { } problem
            ? ValidateOptionsResult.Fail($"ConnectionStrings__webhooks (or ConnectionStrings__generations) {problem}")
            : ValidateOptionsResult.Success;

    /// <summary>PostgreSQL is shared with the API; a SQLite file has one writer, so the notifier's is another file in the same directory.</summary>
    private static string Beside(string generations)
    {
        if (!Database.IsSqliteAddress(generations))
            return generations;
        var address = new SqliteConnectionStringBuilder(generations);
        address.DataSource = Path.Combine(Path.GetDirectoryName(address.DataSource) ?? "", "webhooks.db");
        return address.ToString();
    }
}
