namespace LockNGen.ComfyUiSimulator.Control;

/// <summary>A fault for the next HTTP requests.</summary>
/// <param name="Path">Only requests for this path; null for all.</param>
/// <param name="AnswerIsLost">Whether the request is served and its connection cut instead of an answer, rather than answered with 500.</param>
/// <param name="Left">The number of requests left.</param>
internal sealed record HttpFault(string? Path, bool AnswerIsLost, int Left);
