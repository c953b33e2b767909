using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Storage;

/// <summary>The API's database, by <c>ConnectionStrings__generations</c>.</summary>
internal sealed class GenerationsDatabase(IOptions<StorageOptions> options, TimeProvider clock)
    : Database("generations", options.Value.ConnectionString!, clock);
