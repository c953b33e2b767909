namespace LockNGen.GenerationApi.Storage;

/// <summary>A row of the table settings: what all replicas must agree on.</summary>
internal sealed record SettingRow
{
    public required string Name { get; init; }
    public required string Value { get; init; }
}
