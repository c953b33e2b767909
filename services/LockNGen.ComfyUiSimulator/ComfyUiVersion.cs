namespace LockNGen.ComfyUiSimulator;

/// <summary>The two ComfyUI releases whose recorded wire behaviour is reproduced here.</summary>
public enum ComfyUiVersion
{
    /// <summary>0.3.64, October 2025: sends every progress update, accepts any prompt id, has no jobs API.</summary>
    A,

    /// <summary>0.27.0, July 2026: throttles progress, requires canonical UUIDs as prompt ids, has <c>/api/jobs</c>.</summary>
    B,
}
