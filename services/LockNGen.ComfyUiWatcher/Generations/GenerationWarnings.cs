using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>What people should know at the end of an attempt although it is no failure: those of the submission, and what came up since.</summary>
internal sealed class GenerationWarnings(IReadOnlyList<GenerationWarning> known)
{
    private const int Max = 50;

    private readonly List<GenerationWarning> _all = [.. known.Take(Max)];

    public IReadOnlyList<GenerationWarning> All => [.. _all];

    /// <summary>Said once: of a batch, every prompt has the same to say, and the submission may have said it already.</summary>
    public void Add(GenerationWarning warning)
    {
        if (_all.Count < Max && !_all.Exists(w => w.Code == warning.Code && w.NodeId == warning.NodeId && (IsOfNode(warning) || w.Message == warning.Message)))
            _all.Add(warning);
    }

    public void Add(string code, string message, string? nodeId = null) =>
        Add(new GenerationWarning { Code = code, Message = GenerationErrors.Clean(message), NodeId = nodeId });

    private static bool IsOfNode(GenerationWarning warning) => warning is { NodeId: not null, Code: GenerationWarningCodes.OutputLeftOut };
}
