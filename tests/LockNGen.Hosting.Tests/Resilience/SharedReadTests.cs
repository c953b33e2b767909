using System.Threading.Channels;
using LockNGen.Hosting.Resilience;

namespace LockNGen.Hosting.Tests.Resilience;

public sealed class SharedReadTests
{
    private readonly Channel<TaskCompletionSource<int>> _reads = Channel.CreateUnbounded<TaskCompletionSource<int>>();
    private readonly SharedRead<int> _shared;

    public SharedReadTests() => _shared = new SharedRead<int>(() =>
    {
        var read = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _reads.Writer.TryWrite(read);
        return read.Task;
    });

    [Fact]
    public async Task Callers_WhileOneIsRead_ShareTheNextRead()
    {
        var first = GetAsync();
        var read = await NextReadAsync();
        var second = GetAsync();
        var third = GetAsync();
        read.SetResult(1);

        (await first).ShouldBe(1);
        second.IsCompleted.ShouldBeFalse("what was read before it asked");
        (await NextReadAsync()).SetResult(2);
        (await second).ShouldBe(2);
        (await third).ShouldBe(2);
        _reads.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Read_ThatFails_FailsItsCallersOnly()
    {
        var first = GetAsync();
        var read = await NextReadAsync();
        var second = GetAsync();
        read.SetException(new InvalidOperationException());

        await Should.ThrowAsync<InvalidOperationException>(first);
        (await NextReadAsync()).SetResult(2);
        (await second).ShouldBe(2);
    }

    [Fact]
    public async Task Caller_WhoLeaves_DoesNotEndTheRead()
    {
        using var leaving = new CancellationTokenSource();
        var first = _shared.GetAsync(leaving.Token);
        var read = await NextReadAsync();
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        var second = GetAsync();
        read.SetResult(1);

        (await NextReadAsync()).SetResult(2);
        (await second).ShouldBe(2);
    }

    private Task<int> GetAsync() => _shared.GetAsync(TestContext.Current.CancellationToken);

    private async Task<TaskCompletionSource<int>> NextReadAsync() =>
        await _reads.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}
