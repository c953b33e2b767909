namespace LockNGen.ComfyUiWatcher.Outcomes;

/// <summary>The API refuses the token: another attempt is current, or the generation has ended.</summary>
internal sealed class StaleAttemptException() : Exception("The attempt is not current any more.");
