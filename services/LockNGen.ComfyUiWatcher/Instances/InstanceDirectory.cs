using System.Collections.Concurrent;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>The servers that this watcher knows, by name.</summary>
internal sealed class InstanceDirectory
{
    private readonly ConcurrentDictionary<string, ComfyUiInstance> _instances = new();

    public IReadOnlyList<ComfyUiInstance> All => [.. _instances.Values];

    public ComfyUiInstance? Find(string name) => _instances.GetValueOrDefault(name);

    public void Add(ComfyUiInstance instance) => _instances[instance.Name] = instance;

    public void Remove(ComfyUiInstance instance) => _instances.TryRemove(instance.Name, out _);

    public IReadOnlyList<InstanceReport> Reports() => [.. All.Where(i => i.IsKnown).Select(i => i.Report()).OrderBy(r => r.Name, StringComparer.Ordinal)];
}
