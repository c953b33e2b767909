using System.Text.Json;
using LockNGen.Workflows.Catalog;
using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Conversion;

/// <summary>
/// The values that a subgraph's node holds itself. Three generations of editors wrote them: one value for each input that is a field inside; a list of
/// fields (<c>proxyWidgets</c>) with a value for each; and group nodes, with the fields of all their nodes.
/// </summary>
internal static class HostFields
{
    /// <summary>The "node" of a proxy that represents an input of the subgraph.</summary>
    private const string OwnInput = "-1";

    public static void Apply(Scope inside, EditorNode host)
    {
        if (inside.Graph.InnerFields.Count > 0)
            ApplyGroup(inside, host);
        else if (Proxies(host) is { Count: > 0 } proxies)
            ApplyProxies(inside, host, proxies);
        else
            ApplyInputs(inside, host);
    }

    private static void ApplyGroup(Scope inside, EditorNode host)
    {
        if (host.Values.ValueKind != JsonValueKind.Array)
            return;
        var fields = new List<(InnerField? Inner, Field Field)>();
        foreach (var inner in inside.Graph.InnerFields)
        {
            var node = inside.Graph.Node(inner.Node)!;
            var input = inside.Definitions.Find(node.Type)?.Find(inner.Field) ?? new InputDefinition { Name = inner.Field, Type = "*", IsRequired = true, Options = default, Choices = [] };
            fields.Add((inner, new Field(inner.Field, input)));
            // A primitive has a control after its value if that is a number or a choice.
            var own = node.Type == VirtualNodes.Primitive ? Enumerable.Repeat(new Field(inner.Field, null), Math.Max(0, node.Values.ValueKind == JsonValueKind.Array ? node.Values.GetArrayLength() - 1 : 0)) : Field.OwnOf(input);
            fields.AddRange(own.Select(f => ((InnerField?)null, f)));
        }

        var aligned = FieldAlignment.Align([.. fields.Select(f => f.Field)], [.. host.Values.EnumerateArray()]);
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Inner is { } inner && aligned[i] is { ValueKind: not JsonValueKind.Null } value)
                inside.FieldValues[inner] = value;
        }
    }

    private static void ApplyProxies(Scope inside, EditorNode host, IReadOnlyList<InnerField> proxies)
    {
        foreach (var (proxy, value) in proxies.Zip(Values(host)))
        {
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            if (InputOf(inside, proxy) is >= 0 and var slot)
                inside.HostValues[slot] = value;
            else if (inside.Graph.Node(proxy.Node) is { } node)
                Set(inside, node, proxy.Field, value);
        }
    }

    /// <summary>The number of the subgraph's input that leads to this field; -1 if none does.</summary>
    private static int InputOf(Scope inside, InnerField proxy)
    {
        for (var slot = 0; slot < inside.Graph.Inputs.Count; slot++)
        {
            if (proxy.Node == OwnInput
                ? inside.Graph.Inputs[slot].Name == proxy.Field
                : inside.Graph.LinksFromInput(slot).Any(l => l.Target == proxy.Node && inside.Graph.TargetOf(l) is { } target && (target.Field ?? target.Name) == proxy.Field))
            {
                return slot;
            }
        }

        return -1;
    }

    private static void Set(Scope inside, EditorNode node, string field, JsonElement value)
    {
        if (inside.Inside(node) is not { } deeper)
        {
            inside.FieldValues[new(node.Id, field)] = value;
            return;
        }

        // A field of a nested subgraph: by the name of its input, or of the field that it represents.
        var name = field[(field.LastIndexOf(": ", StringComparison.Ordinal) is >= 0 and var at ? at + 2 : 0)..];
        var slot = deeper.Graph.Inputs.ToList().FindIndex(i => i.Name == name);
        if (slot >= 0)
            deeper.HostValues[slot] = value;
        else if (Proxies(node).FirstOrDefault(p => p.Field == name) is { } proxy && deeper.Graph.Node(proxy.Node) is { } inner)
            Set(deeper, inner, proxy.Field, value);
    }

    private static void ApplyInputs(Scope inside, EditorNode host)
    {
        var slots = Enumerable.Range(0, inside.Graph.Inputs.Count).Where(s => inside.FirstField(s) is not null).ToList();
        if (host.NamedValues.ValueKind == JsonValueKind.Object)
        {
            foreach (var slot in slots)
            {
                if (host.NamedValues.Member(inside.Graph.Inputs[slot].Name) is { ValueKind: not JsonValueKind.Null } value)
                    inside.HostValues[slot] = value;
            }

            return;
        }

        var values = Values(host);
        // If there are more values than fields, they include those that say how a seed changes.
        var hasControls = values.Count > slots.Count;
        var next = 0;
        foreach (var slot in slots.TakeWhile(_ => next < values.Count))
        {
            if (values[next].ValueKind != JsonValueKind.Null)
                inside.HostValues[slot] = values[next];
            next += hasControls && inside.FirstField(slot)?.Input?.HasControl == true ? 2 : 1;
        }
    }

    private static List<JsonElement> Values(EditorNode host) => host.Values.ValueKind == JsonValueKind.Array ? [.. host.Values.EnumerateArray()] : [];

    private static List<InnerField> Proxies(EditorNode host)
    {
        var proxies = host.Properties.Member("proxyWidgets");
        if (proxies is { ValueKind: JsonValueKind.String } text)
        {
            try
            {
                proxies = JsonReading.From(text.GetString()!);
            }
            catch (JsonException)
            {
                return [];
            }
        }

        return proxies is not { ValueKind: JsonValueKind.Array } list ? [] :
        [
            .. list.EnumerateArray().Where(p => p.ValueKind == JsonValueKind.Array && p.GetArrayLength() >= 2)
                .Select(p => new InnerField(p[0].Id() ?? "", p[1].Id() ?? "")),
        ];
    }
}
