using LockNGen.Contracts;
using LockNGen.Hosting;

namespace LockNGen.GenerationApi.Attempts;

/// <summary>What a watcher sends about a result besides its bytes: the query of its upload.</summary>
internal sealed record Delivery
{
    /// <summary>Names and titles come from other people's workflows; what is longer is cut.</summary>
    private const int MaxName = 300;

    public required int Files { get; init; }

    public ulong? Seed { get; init; }

    public string? Node { get; init => field = Short(value); }

    public string? Title { get; init => field = Short(value); }

    public string? Key { get; init => field = Short(value); }

    public string? Filename { get; init => field = Short(value); }

    public string? Subfolder { get; init => field = Short(value); }

    public string? Source { get; init => field = Short(value); }

    /// <summary>Only <see cref="GenerationResultKinds.Text"/> is significant: the type of a file is taken from its bytes.</summary>
    public string? Kind { get; init; }

    public bool IsText => Kind == GenerationResultKinds.Text;

    private static string? Short(string? value) => string.IsNullOrEmpty(value) ? null : value.Truncate(MaxName);
}
