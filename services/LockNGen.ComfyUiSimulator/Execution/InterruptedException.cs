namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>An interrupt was requested and the running node noticed. Not a cancellation: the prompt ends with a message of its own.</summary>
internal sealed class InterruptedException() : Exception("interrupted");
