using System.Diagnostics;
using System.Globalization;
using LockNGen.FaultTests.Load;
using LockNGen.FaultTests.Readers;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>Lets one round of faults after another happen, and measures how long the system takes to be well again.</summary>
internal sealed class FaultSchedule(SystemUnderTest system, GenerationLoad load, Published published, FaultDeck deck, Journal journal)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);

    private readonly List<FaultRecord> _faults = [];
    private readonly List<Recovery> _recoveries = [];

    public IReadOnlyList<FaultRecord> Faults => _faults;

    public IReadOnlyList<Recovery> Recoveries => _recoveries;

    /// <summary>Runs rounds until it is time to stop; the last one is finished.</summary>
    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var elapsed = Stopwatch.StartNew();
        while (elapsed.Elapsed < duration)
        {
            await system.CanSpareOneAsync();
            var (first, second, apart) = deck.Draw();
            var broken = BreakAndMendAsync(first, cancellationToken);
            if (second is not null)
            {
                await Task.Delay(apart, cancellationToken);
                await BreakAndMendAsync(second, cancellationToken);
            }

            await broken;
            await RecoverAsync(second is null ? first.Kind : "two at a time", second is null ? $"{first}" : $"{first} and {second}", cancellationToken);
            await Task.Delay(Calm, cancellationToken);
        }
    }

    private async Task BreakAndMendAsync(Fault fault, CancellationToken cancellationToken)
    {
        var brokenAt = DateTimeOffset.UtcNow;
        journal.Note(string.Create(CultureInfo.InvariantCulture, $"{fault}, for {fault.Lasts.TotalSeconds:F1} s"), aloud: true);
        await fault.BreakAsync(cancellationToken);
        var lasting = Task.Delay(fault.Lasts, cancellationToken);
        if (fault.IsSpared)
            await GoesOnAsync(fault, cancellationToken);
        await lasting;
        await fault.MendAsync(cancellationToken);
        journal.Note($"mended: {fault}");
        lock (_faults)
            _faults.Add(new FaultRecord(fault, brokenAt, DateTimeOffset.UtcNow));
    }

    /// <summary>How long it takes to complete a new generation while others replace the broken part.</summary>
    private async Task GoesOnAsync(Fault fault, CancellationToken cancellationToken)
    {
        var elapsed = Stopwatch.StartNew();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        double? seconds = null;
        try
        {
            await ProbeAsync(limit.Token);
            seconds = elapsed.Elapsed.TotalSeconds;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            journal.Note($"NO generation completed within {Patience.TotalSeconds} s without {fault.Target}", aloud: true);
        }

        journal.Note(string.Create(CultureInfo.InvariantCulture, $"a new generation was complete after {seconds:F1} s without it"), aloud: true);
        _recoveries.Add(new Recovery($"{fault.Kind}, while it lasts", seconds, $"{fault}, while it lasts"));
    }

    private async Task RecoverAsync(string kind, string faults, CancellationToken cancellationToken)
    {
        var elapsed = Stopwatch.StartNew();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            while (!await system.IsReadyAsync(limit.Token))
                await Task.Delay(200, limit.Token);
            await ProbeAsync(limit.Token);
            journal.Note(string.Create(CultureInfo.InvariantCulture, $"well again after {elapsed.Elapsed.TotalSeconds:F1} s"), aloud: true);
            _recoveries.Add(new Recovery(kind, elapsed.Elapsed.TotalSeconds, faults));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            journal.Note($"NOT well again within {Patience.TotalSeconds} s", aloud: true);
            _recoveries.Add(new Recovery(kind, Seconds: null, faults));
        }
    }

    /// <summary>A generation goes from submission to its end, as a subscriber sees it.</summary>
    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        Accepted? probe;
        while ((probe = await load.ProbeAsync(cancellationToken)) is null)
            await Task.Delay(200, cancellationToken);
        await published.EndOf(probe.Id).WaitAsync(cancellationToken);
    }
}
