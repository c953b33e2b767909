using LockNGen.ServiceDefaults.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LockNGen.GenerationApi.Storage;

internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    private const string Examples = "Give \"Data Source=FILE\" for SQLite or \"Host=...;Database=...;Username=...;Password=...\" for PostgreSQL.";

    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var address = options.ConnectionString;
        if (address is null || Database.IsSqliteAddress(address))
            return ValidateOptionsResult.Success;
        try
        {
            return string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(address).Host)
                ? ValidateOptionsResult.Fail($"ConnectionStrings__generations names no host. {Examples}")
                : ValidateOptionsResult.Success;
        }
        catch (ArgumentException)
        {
            return ValidateOptionsResult.Fail($"ConnectionStrings__generations is not a connection string. {Examples}");
        }
    }
}
