using LockNGen.Storage;

namespace LockNGen.GenerationApi.Tests.Storage;

/// <summary>A database without migrations of its own, for tests of what all databases have.</summary>
internal sealed class AnyDatabase(string connectionString) : Database("any", connectionString, TimeProvider.System);
