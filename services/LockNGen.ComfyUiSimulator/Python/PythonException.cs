namespace LockNGen.ComfyUiSimulator.Python;

/// <summary>An exception that the real server's Python code would raise, with its full type name and <c>str(ex)</c>.</summary>
internal sealed class PythonException(string type, string message) : Exception(message)
{
    public string Type { get; } = type;

    public bool IsOutOfMemory => Type == OutOfMemoryError;

    public const string OutOfMemoryError = "torch.OutOfMemoryError";

    /// <summary>Not an <c>Exception</c> in Python: nothing around a node catches it, and it ends the node's thread.</summary>
    public const string SystemExit = "SystemExit";

    public static PythonException KeyError(string key) => new("KeyError", PythonText.Quote(key));

    public static PythonException TypeError(string message) => new("TypeError", message);

    public static PythonException ValueError(string message) => new("ValueError", message);

    public static PythonException OutOfMemory() =>
        new(OutOfMemoryError, "Allocation on device 0 would exceed allowed memory (simulated)");
}
