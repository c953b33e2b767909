using LockNGen.FaultTests.Faults;

namespace LockNGen.FaultTests.Checker;

/// <summary>
/// Nothing that a ComfyUI has rendered, or still renders, is rendered again, unless that ComfyUI could not be relied on meanwhile, or a watcher
/// was cut off from the broker: it cannot know that others are not, and continues with its work. A prompt that was on its way to a server when that stopped
/// answering may still arrive there, although it was given up meanwhile.
/// </summary>
internal static class RenderCheck
{
    /// <summary>After a fault it takes this long until a server is trusted again; work that was given up is rendered again meanwhile.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(30);

    public static Promise Check(Evidence evidence)
    {
        var promise = new Promise("nothing rendered twice although ComfyUI had survived");
        foreach (var prompt in evidence.Renders.Where(r => r.DidWork || r.Outcome == "running").GroupBy(r => (r.Generation, r.ImageIndex)))
        {
            var renders = prompt.OrderBy(r => r.StartedAt).ToList();
            for (var i = 1; i < renders.Count; i++)
            {
                var (earlier, later) = (renders[i - 1], renders[i]);
                var wasLost = earlier.Outcome == "lost" || evidence.Schedule.Faults.Any(f =>
                    (f.Fault.Unreliable == earlier.Instance || f.Fault is BreakLink { IsolatesAWatcher: true }) && f.BrokenAt < later.StartedAt && f.MendedAt + Aftermath > earlier.StartedAt);
                var arrivedLate = later.Attempt < earlier.Attempt && evidence.Schedule.Faults.Any(f =>
                    f.Fault.Unreliable == later.Instance && f.BrokenAt < later.StartedAt && f.MendedAt + Aftermath > later.StartedAt);
                promise.Check(
                    wasLost || arrivedLate,
                    $"picture {prompt.Key.ImageIndex}: attempt {earlier.Attempt} on {earlier.Instance} at {earlier.StartedAt:HH:mm:ss.fff} ({earlier.Outcome}), attempt {later.Attempt} on {later.Instance} at {later.StartedAt:HH:mm:ss.fff} ({later.Outcome})",
                    prompt.Key.Generation);
            }

            promise.Check(holds: true, "");
        }

        return promise;
    }
}
