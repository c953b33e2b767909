namespace LockNGen.Contracts;

/// <summary>
/// Arithmetic of <see cref="GenerationEvent.Sequence"/>: attempt x 1,000,000,000 + n. Attempt 0 belongs to the GenerationApi,
/// before any claim. All values are far below 2^53, so JavaScript reads them exactly.
/// </summary>
public static class GenerationSequence
{
    /// <summary>The distance between two attempts.</summary>
    public const long AttemptFactor = 1_000_000_000;

    /// <summary>The sequence of event <paramref name="n"/> (from 1) of an attempt (from 0).</summary>
    public static long Of(int attempt, long n) => (attempt * AttemptFactor) + n;

    /// <summary>The attempt that a sequence belongs to.</summary>
    public static int Attempt(long sequence) => (int)(sequence / AttemptFactor);

    /// <summary>The position of a sequence within its attempt, from 1.</summary>
    public static long Number(long sequence) => sequence % AttemptFactor;
}
