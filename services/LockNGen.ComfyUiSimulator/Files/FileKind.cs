namespace LockNGen.ComfyUiSimulator.Files;

/// <summary>ComfyUI's three folders, named as in its URLs.</summary>
internal enum FileKind
{
    Output,
    Temp,
    Input,
}

internal static class FileKindNames
{
    public static string Wire(this FileKind kind) => kind switch
    {
        FileKind.Output => "output",
        FileKind.Temp => "temp",
        _ => "input",
    };

    public static FileKind? Parse(string? name) => name switch
    {
        "output" => FileKind.Output,
        "temp" => FileKind.Temp,
        "input" => FileKind.Input,
        _ => null,
    };
}
