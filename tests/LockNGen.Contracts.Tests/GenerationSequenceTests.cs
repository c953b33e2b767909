namespace LockNGen.Contracts.Tests;

public sealed class GenerationSequenceTests
{
    [Fact]
    public void Of_AttemptAndNumber_ReadBack()
    {
        var sequence = GenerationSequence.Of(attempt: 3, n: 17);

        sequence.ShouldBe(3_000_000_017);
        GenerationSequence.Attempt(sequence).ShouldBe(3);
        GenerationSequence.Number(sequence).ShouldBe(17);
    }

    [Fact]
    public void Of_LaterAttempt_IsGreaterThanAnyNumberOfAnEarlierOne() =>
        GenerationSequence.Of(2, 1).ShouldBeGreaterThan(GenerationSequence.Of(1, 999_999_999));

    [Fact]
    public void Of_AMillionAttempts_StaysAJavaScriptSafeInteger() =>
        GenerationSequence.Of(1_000_000, 1).ShouldBeLessThan(1L << 53);
}
