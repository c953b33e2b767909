using System.Text.Json;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>A generation in the ledger.</summary>
internal sealed class LedgerRow
{
    public required Guid Id { get; init; }

    public required JsonElement Workflow { get; init; }

    public required string Instance { get; set; }

    public required int Images { get; init; }

    public string? SeedNode { get; init; } = "5";

    public IReadOnlyList<InputFile> InputFiles { get; set; } = [];

    public bool IncludeTemp { get; init; }

    public long? MaxFileBytes { get; init; }

    public int Attempt { get; set; }

    public int Floor { get; set; }

    public bool Dispatched { get; set; }

    public bool Ended { get; set; }

    public Guid ClaimId { get; set; }

    public DateTimeOffset HeldAt { get; set; }

    public DateTimeOffset SentAt { get; set; }

    public Dictionary<(int ImageIndex, int File), StoredImage> Stored { get; } = [];

    public Dictionary<(int ImageIndex, int File), byte[]> Files { get; } = [];

    public TaskCompletionSource<JsonElement> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<GenerationError> Lost { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
