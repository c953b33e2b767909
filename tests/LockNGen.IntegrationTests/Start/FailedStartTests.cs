using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Start;

/// <summary>What an operator sees if a service cannot start: one line that says what to do, and exit code 1.</summary>
public sealed class FailedStartTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _data = Directory.CreateTempSubdirectory("lockngen-start-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Standalone_OnTheDataFolderOfAnother_SaysWhoHasIt()
    {
        await using var first = Start();
        await first.ReadyAsync(TestContext.Current.CancellationToken);

        await using var second = Start();

        var line = await FailedWithOneLineAsync(second);
        line.ShouldContain($"The data folder {_data} is in use by another LockN Gen (process {first.Id}");
        line.ShouldContain("--data");
    }

    [Fact]
    public async Task Standalone_OnAFolderWhoseOwnerWasKilled_TakesIt()
    {
        await using (var first = Start())
        {
            await first.ReadyAsync(TestContext.Current.CancellationToken);
            await first.KillAsync();
        }

        await using var second = Start();

        await second.ReadyAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Standalone_OnATakenPort_SaysSo()
    {
        await using var first = Start();
        await first.ReadyAsync(TestContext.Current.CancellationToken);

        await using var second = Start(port: first.Url.Port, data: System.IO.Path.Combine(_data, "other"));

        (await FailedWithOneLineAsync(second)).ShouldContain($"Port {first.Url.Port} of {first.Url.ToString().TrimEnd('/')} is taken.");
    }

    [Fact]
    public async Task Standalone_WithADamagedDatabase_SaysWhatToDo()
    {
        await File.WriteAllBytesAsync(System.IO.Path.Combine(_data, "lockngen.db"), Enumerable.Repeat((byte)'x', 8192).ToArray(), TestContext.Current.CancellationToken);

        await using var service = Start();

        (await FailedWithOneLineAsync(service)).ShouldContain("Restore its file from a backup");
    }

    [Fact]
    public async Task Standalone_WhoseDataFolderIsAFile_SaysSo()
    {
        var file = System.IO.Path.Combine(_data, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        await using var service = Start(data: file);

        (await FailedWithOneLineAsync(service)).ShouldContain(file);
    }

    [Theory]
    [InlineData("abc", "Bus:RequestTimeout")]
    [InlineData("1.00:00:00", "RequestTimeout must be between")]
    public async Task Standalone_WithASettingOutOfRange_NamesIt(string value, string named)
    {
        await using var service = Start(new() { ["Bus__RequestTimeout"] = value });

        (await FailedWithOneLineAsync(service)).ShouldContain(named);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20_000)]
    [InlineData(200_000)]
    public async Task Standalone_OnAFullDisk_SaysSo(long left)
    {
        using var disk = SmallDisk.Mount();
        disk.Fill(left);

        await using var service = Start(data: disk.Path);

        (await FailedWithOneLineAsync(service)).ShouldMatch("(?i)disk (is )?full|no space left");
    }

    [Fact]
    public async Task Standalone_OnADiskThatIsReadOnly_SaysSo()
    {
        using var disk = SmallDisk.Mount();
        disk.MakeReadOnly();

        await using var service = Start(data: disk.Path);

        (await FailedWithOneLineAsync(service)).ShouldContain("Read-only file system");
    }

    [Fact]
    public async Task Standalone_OnADiskThatIsReadOnlySinceItRanThere_SaysSo()
    {
        using var disk = SmallDisk.Mount();
        await using (var first = Start(data: disk.Path))
        {
            await first.ReadyAsync(TestContext.Current.CancellationToken);
            await first.TerminateAsync();
        }

        disk.MakeReadOnly();
        await using var second = Start(data: disk.Path);

        var line = await FailedWithOneLineAsync(second);
        line.ShouldContain("Read-only file system");
        line.ShouldNotContain("in use");
    }

    private ServiceProcess Start(Dictionary<string, string>? settings = null, int? port = null, string? data = null) => ServiceProcess.Start(
        "LockNGen.Standalone",
        new Dictionary<string, string>(settings ?? [])
        {
            ["Standalone__Data"] = data ?? _data,
            ["ComfyUi__Instances__0__Url"] = "http://127.0.0.1:9",
            // Two side by side would want the same door, and say so.
            ["Standalone__DoorPort"] = "0",
            ["Logging__LogLevel__Default"] = "Error",
        },
        port);

    private static async Task<string> FailedWithOneLineAsync(ServiceProcess service)
    {
        (await service.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBe(1);
        service.Log.ShouldNotContain("   at ");
        return service.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem();
    }
}
