namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>
/// The random part of temporary file names. It belongs to a node's object, which lives as long as each prompt has a
/// node of that id and class.
/// </summary>
internal sealed class TempPrefixes
{
    private readonly Dictionary<(string Id, string ClassType), string> _prefixes = [];

    public void SetPrompt(DynamicPrompt prompt)
    {
        foreach (var key in _prefixes.Keys.Where(k => !prompt.Contains(k.Id) || prompt.ClassType(k.Id) != k.ClassType).ToArray())
            _prefixes.Remove(key);
    }

    public string Of(string id, string classType)
    {
        if (!_prefixes.TryGetValue((id, classType), out var prefix))
            _prefixes[(id, classType)] = prefix = "ComfyUI_temp_" + string.Concat(Random.Shared.GetItems("abcdefghijklmnopqrstuvwxyz".AsSpan(), 5));
        return prefix;
    }

    public void Clear() => _prefixes.Clear();
}
