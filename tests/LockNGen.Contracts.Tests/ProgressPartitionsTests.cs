namespace LockNGen.Contracts.Tests;

public sealed class ProgressPartitionsTests
{
    [Theory]
    [InlineData("7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f00", "00", 0)]
    [InlineData("7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5fA7", "a7", 167)]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff", "ff", 255)]
    public void Key_IsTheLastTwoDigitsOfTheId(string id, string key, int partition)
    {
        ProgressPartitions.KeyOf(Guid.Parse(id)).ShouldBe(key);
        ProgressPartitions.IndexOf(Guid.Parse(id)).ShouldBe(partition);
        ProgressPartitions.KeyOf(partition).ShouldBe(key);
    }
}
