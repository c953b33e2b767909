using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>Warnings that users should see at the end of an attempt although it did not fail: those of the submission, and later ones.</summary>
internal sealed class GenerationWarnings(IReadOnlyList<GenerationWarning> known)
{
    private const int Max = 50;

    private readonly List<GenerationWarning> _all = [.. known.Take(Max)];

    public IReadOnlyList<GenerationWarning> All => [.. _all];

    /// <summary>Each only once: every prompt of a batch causes the same ones, and the submission may have reported them already.</summary>
    public void Add(GenerationWarning warning)
    {
        if (_all.Count < Max && !_all.Exists(w => w.Code == warning.Code && w.NodeId == warning.NodeId && (IsOfNode(warning) || w.Message == warning.Message)))
            _all.Add(warning);
    }

    public void Add(string code, string message, string? nodeId = null) =>
        Add(new GenerationWarning { Code = code, Message = GenerationErrors.Clean(message), NodeId = nodeId });

    private static bool IsOfNode(GenerationWarning warning) => warning is { NodeId: not null, Code: GenerationWarningCodes.OutputLeftOut };
}
