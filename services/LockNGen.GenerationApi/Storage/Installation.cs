namespace LockNGen.GenerationApi.Storage;

/// <summary>
/// The id of this installation among others that share its ComfyUI servers: created on first use, and kept in the database.
/// </summary>
internal sealed class Installation(GenerationsDatabase database)
{
    private const string Setting = "installation_id";

    private string? _id;

    public async Task<string> IdAsync(CancellationToken cancellationToken) => _id ??= (await database.WriteAsync(
        async session =>
        {
            await session.ExecuteAsync(
                "INSERT INTO settings (name, value) VALUES (@Setting, @value) ON CONFLICT (name) DO NOTHING",
                new { Setting, value = Guid.NewGuid().ToString("n") });
            return await session.ScalarAsync<string>("SELECT value FROM settings WHERE name = @Setting", new { Setting });
        },
        cancellationToken))!;
}
