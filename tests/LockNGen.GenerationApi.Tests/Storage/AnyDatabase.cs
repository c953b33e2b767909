using LockNGen.Storage;

namespace LockNGen.GenerationApi.Tests.Storage;

/// <summary>A database without its own migrations, for tests of what all databases have in common.</summary>
internal sealed class AnyDatabase(string connectionString) : Database("any", connectionString, TimeProvider.System);
