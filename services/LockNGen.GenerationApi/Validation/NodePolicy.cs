using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Validation;

/// <summary>Which node classes a submitted workflow may use.</summary>
internal sealed class NodePolicy(IOptions<SubmitOptions> options)
{
    /// <summary>Classes of well-known node packs that run code, or read and write files and addresses chosen by the caller.</summary>
    private static readonly string[] Dangerous =
    [
        "*PythonCode*", "*RunPython*", "*ExecutePython*", "*PythonScript*", "*EvalPython*", "*ExecPython*", "easy pythonCode", "*ShellCommand*", "*RunCommand*",
        "*SystemCommand*", "*JavaScript*", "IDENode", "AnyPython*", "LoadTextFile*", "Load Text File", "Save Text File", "SaveText|pysssss", "LoadText|pysssss",
        "Text Load Line From File", "Load Image Batch", "Load Batch Images", "Load Cache", "Cache Node", "Create Video from Path", "CR Load Image List*",
        "*LoadImageFromPath*", "*LoadImagesFromPath*", "LoadImagesFromDir*", "LoadImagesFromDirectory*", "LoadImagesFromFolder*", "*LoadImageFromURL*", "*LoadImageFromUrl*",
        "VHS_Load*Path", "VHS_LoadAudio", "*SaveImageToPath*", "*SaveToPath*", "*DownloadFile*", "*DownloadModel*", "HTTP *", "*HttpRequest*", "*WebRequest*",
    ];

    /// <summary>
    /// Stock classes (of ComfyUI 0.33.0) that write gigabytes of models that are never fetched, or read and write folders of data sets that are
    /// not the caller's.
    /// </summary>
    private static readonly string[] WritesModels =
        ["CheckpointSave", "ImageOnlyCheckpointSave", "CLIPSave", "VAESave", "ModelSave", "LoraSave", "SaveLoRA", "*DataSetFromFolder", "*DataSetToFolder", "SaveTrainingDataset", "LoadTrainingDataset"];

    private readonly Regex[] _allowed = [.. options.Value.AllowedNodes.Select(Pattern)];
    private readonly Regex[] _denied = [.. options.Value.DeniedNodes.Select(Pattern)];
    private readonly Regex[] _dangerous = [.. Dangerous.Concat(WritesModels).Select(Pattern)];
    private readonly Regex[] _only = [.. options.Value.OnlyNodes.Select(Pattern)];

    /// <summary>Whether the class may be used.</summary>
    public bool Allows(string classType)
    {
        if (Array.Exists(_denied, p => p.IsMatch(classType)) && !IsAllowed(classType))
            return false;
        if (_only.Length > 0)
            return Array.Exists(_only, p => p.IsMatch(classType));
        return IsAllowed(classType) || !Array.Exists(_dangerous, p => p.IsMatch(classType));
    }

    private bool IsAllowed(string classType) => Array.Exists(_allowed, p => p.IsMatch(classType));

    private static Regex Pattern(string wildcard) => new(
        "^" + Regex.Escape(wildcard).Replace("\\*", ".*", StringComparison.Ordinal) + "$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking,
        TimeSpan.FromMilliseconds(100));
}
