using LockNGen.Contracts;

namespace LockNGen.Messaging.Tests;

public sealed class OutcomeSizeTests
{
    [Fact]
    public void Outcome_OfAFewResults_StaysAsItIs()
    {
        var outcome = Completed(10, textLength: 5000);

        OutcomeSize.Fit(outcome).ShouldBeSameAs(outcome);
    }

    [Fact]
    public void Outcome_TooLargeForItsTexts_GoesWithoutThem()
    {
        var fitting = OutcomeSize.Fit(Completed(100, textLength: 16_000));

        fitting.Data.Images.Count.ShouldBe(100);
        fitting.Data.Images.ShouldAllBe(i => i.Text == null);
        fitting.Data.Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(100_000)]
    public void Outcome_OfVeryManyResults_ListsTheFirstAndSaysSo(int count)
    {
        var fitting = OutcomeSize.Fit(Completed(count, textLength: 0));

        ContractsJson.Serialize(fitting).Length.ShouldBeInRange(OutcomeSize.MaxBytes / 4, OutcomeSize.MaxBytes);
        fitting.Data.Images.Select(i => i.Index).ShouldBe(Enumerable.Range(1, fitting.Data.Images.Count));
        var warning = fitting.Data.Warnings.ShouldHaveSingleItem();
        warning.Code.ShouldBe(GenerationWarningCodes.ResultsCut);
        warning.Message.ShouldContain($"{fitting.Data.Images.Count} of {count} results");
    }

    private static GenerationCompleted Completed(int count, int textLength) => new()
    {
        GenerationId = Guid.NewGuid(),
        Sequence = 0,
        Timestamp = DateTimeOffset.UnixEpoch,
        Data = new GenerationCompletedData
        {
            Images = [.. Enumerable.Range(1, count).Select(i => new GenerationImage { Index = i, Url = $"/api/generations/x/images/{i}", ContentType = "text/plain", Text = new string('x', textLength) })],
            DurationSeconds = 1,
        },
    };
}
