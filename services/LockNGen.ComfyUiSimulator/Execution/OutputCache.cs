using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Nodes;

namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>What a node returned: its output slots, and its message to the page, if any.</summary>
internal sealed record NodeOutput(IReadOnlyList<object?> Slots, JsonObject? Ui, JsonObject? Meta);

/// <summary>
/// Outputs of earlier prompts, keyed by what a node computes (class, inputs, and the same for everything it depends on)
/// rather than by its id. Only what the current prompt contains is kept.
/// </summary>
internal sealed class OutputCache(NodeLibrary library)
{
    private readonly Dictionary<string, NodeOutput> _bySignature = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _signatures = new(StringComparer.Ordinal);

    /// <summary>
    /// Starts a new prompt. Every node is examined, even those that no output needs: one without <c>inputs</c>
    /// makes this fail, outside of any node, which is how it kills the real worker.
    /// </summary>
    public void SetPrompt(DynamicPrompt prompt)
    {
        _signatures.Clear();
        foreach (var id in prompt.OriginalIds)
            _signatures[id] = Sign(prompt, id, []);
        var used = _signatures.Values.ToHashSet(StringComparer.Ordinal);
        foreach (var signature in _bySignature.Keys.Where(s => !used.Contains(s)).ToArray())
            _bySignature.Remove(signature);
    }

    public void AddEphemeral(DynamicPrompt prompt, string id) => _signatures[id] = Sign(prompt, id, []);

    public NodeOutput? Find(string id) => _signatures.TryGetValue(id, out var signature) ? _bySignature.GetValueOrDefault(signature) : null;

    public void Store(string id, NodeOutput output) => _bySignature[_signatures[id]] = output;

    public void Clear()
    {
        _bySignature.Clear();
        _signatures.Clear();
    }

    private string Sign(DynamicPrompt prompt, string id, HashSet<string> path)
    {
        if (!prompt.Contains(id) || !path.Add(id))
            return Guid.NewGuid().ToString();
        var text = new StringBuilder(prompt.ClassType(id));
        var inputs = prompt.Inputs(id);
        if (library.Find(prompt.ClassType(id))?.Fingerprint?.Invoke(inputs) is { } fingerprint)
            text.Append('|').Append(fingerprint);
        foreach (var (name, value) in inputs.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            text.Append('|').Append(name).Append('=');
            if (NodeLink.From(value) is { } link)
                text.Append(Sign(prompt, link.NodeId, path)).Append('#').Append(link.Slot);
            else
                text.Append(value?.ToJsonString() ?? "null");
        }

        path.Remove(id);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
