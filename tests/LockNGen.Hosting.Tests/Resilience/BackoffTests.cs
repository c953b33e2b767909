using LockNGen.Hosting.Resilience;

namespace LockNGen.Hosting.Tests.Resilience;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    [InlineData(5, 3200)]
    [InlineData(6, 5000)]
    [InlineData(int.MaxValue, 5000)]
    public void DelayAfter_WithoutJitter_DoublesUpToTheLongest(int failures, double milliseconds) =>
        new Backoff(First, Longest, new Jitter(1)).DelayAfter(failures).TotalMilliseconds.ShouldBe(milliseconds);

    [Theory]
    [InlineData(0, 200)]
    [InlineData(0.5, 300)]
    public void DelayAfter_WithJitter_IsBetweenHalfAndAll(double jitter, double milliseconds) =>
        new Backoff(First, Longest, new Jitter(jitter)).DelayAfter(2).TotalMilliseconds.ShouldBe(milliseconds);

    [Fact]
    public void DelayAfter_NoFailure_IsAMistakeOfTheCaller() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new Backoff(First, Longest).DelayAfter(0));

    [Fact]
    public async Task DelayBeforeRetry_CountsFromZero() =>
        (await new Backoff(First, Longest, new Jitter(1)).DelayBeforeRetry(1)).ShouldBe(2 * First);

    private sealed class Jitter(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
