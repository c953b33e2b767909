using System.Net;

namespace LockNGen.Webhooks.Tests;

public sealed class NameLookupsTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task NameServerThatNeverAnswers_HoldsUpNoOneElse()
    {
        var asked = 0;
        var never = new TaskCompletionSource<IPAddress[]>();
        var lookups = new NameLookups((host, _) =>
        {
            if (host == "quick.example")
                return Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8")]);
            Interlocked.Increment(ref asked);
            return never.Task;
        });

        var slow = Enumerable.Range(0, 40).Select(i => lookups.FindAsync($"slow-{i}.example", "mallory", Moment, TestContext.Current.CancellationToken)).ToList();
        foreach (var one in slow)
            await Should.ThrowAsync<TimeoutException>(() => one);

        asked.ShouldBe(NameLookups.MaxPerOwner);
        (await lookups.FindAsync("quick.example", "bob", Long, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        await Should.ThrowAsync<TimeoutException>(() => lookups.FindAsync("quick.example", "mallory", Moment, TestContext.Current.CancellationToken));
        // Her places are free again when the name servers give up.
        never.SetException(new System.Net.Sockets.SocketException());
        (await lookups.FindAsync("quick.example", "mallory", Long, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task ManyOwners_TogetherHaveAsManyAsThereAre()
    {
        var (now, most) = (0, 0);
        var gate = new TaskCompletionSource();
        var full = new TaskCompletionSource();
        var lookups = new NameLookups(async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            if (now == NameLookups.MaxAtOnce)
                full.TrySetResult();
            await gate.Task;
            Interlocked.Decrement(ref now);
            return [IPAddress.Parse("8.8.8.8")];
        });

        var all = Enumerable.Range(0, 100).Select(i => lookups.FindAsync("host.example", $"owner-{i}", Long, TestContext.Current.CancellationToken)).ToList();
        await full.Task.WaitAsync(TestContext.Current.CancellationToken);
        gate.SetResult();
        await Task.WhenAll(all);

        most.ShouldBe(NameLookups.MaxAtOnce);
    }

    [Fact]
    public async Task SystemsResolver_FindsNames() =>
        (await new NameLookups().FindAsync("localhost", "alice", Long, TestContext.Current.CancellationToken)).ShouldContain(a => IPAddress.IsLoopback(a));
}
