namespace LockNGen.ComfyUiSimulator.Control;

/// <summary>What is wrong with the next HTTP requests.</summary>
/// <param name="Path">Only requests of this path; null for all.</param>
/// <param name="AnswerIsLost">Whether the request is served and its connection cut instead of an answer, rather than answered with 500.</param>
/// <param name="Left">For how many requests.</param>
internal sealed record HttpFault(string? Path, bool AnswerIsLost, int Left);
