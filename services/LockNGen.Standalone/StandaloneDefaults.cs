namespace LockNGen.Standalone;

/// <summary>
/// The settings that make one process of all services: messages stay in memory and rows in a SQLite file. They are defaults:
/// environment variables and the command line override each of them.
/// </summary>
internal static class StandaloneDefaults
{
    private const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>
    /// <c>Standalone:Data</c> names the folder that everything is kept in (default <c>./data</c>).
    /// </summary>
    public static void AddStandaloneDefaults(this WebApplicationBuilder builder)
    {
        var data = Path.GetFullPath(builder.Configuration["Standalone:Data"] ?? "data");
        var url = builder.Configuration["ASPNETCORE_URLS"] ?? builder.Configuration["urls"] ?? DefaultUrl;

        builder.AddDoorPort(url);
        // Kept until the process ends: the rows of a folder have one owner.
        builder.Services.AddSingleton(DataFolder.Take(data, url));
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["urls"] = DefaultUrl,
                ["Bus:Transport"] = "InMemory",
                ["ConnectionStrings:generations"] = $"Data Source={Path.Combine(data, "lockngen.db")}",
                ["Storage:DataPath"] = data,
            },
        });
    }
}
