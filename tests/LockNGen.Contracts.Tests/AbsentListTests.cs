using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.Contracts.Tests;

/// <summary>
/// A reader finds a list in every list property, even if the sender left it out: source-generated deserialization sets each
/// <c>init</c> property that the JSON lacks to null, past its initializer.
/// </summary>
public sealed class AbsentListTests
{
    public static TheoryData<string> Names => [.. Samples.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Contract_ReadFromItsLeastJson_HasEmptyLists(string name)
    {
        var type = Samples.All[name].GetType();
        var least = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "contracts", "golden", name + ".json")))!;
        Reduce(least, type);

        var read = JsonSerializer.Deserialize(least, type, ContractsJson.Default);

        NullCollections(read!).ShouldBeEmpty();
    }

    /// <summary>Takes away what may be absent, here and in the contracts within; a required list of plain values becomes null.</summary>
    private static void Reduce(JsonNode json, Type contract)
    {
        foreach (var property in ContractsJson.Default.Options.GetTypeInfo(contract).Properties)
        {
            if (json[property.Name] is not { } value)
                continue;
            if (IsContract(property.PropertyType))
                Reduce(value, property.PropertyType);
            else if (!property.IsRequired && property.Set is not null)
                json.AsObject().Remove(property.Name);
            else if (value is JsonArray items && property.PropertyType.GenericTypeArguments is [var item] && IsContract(item))
                Array.ForEach([.. items], i => Reduce(i!, item));
            else if (IsCollection(property.PropertyType))
                json[property.Name] = null;
        }
    }

    private static IEnumerable<string> NullCollections(object contract)
    {
        foreach (var property in contract.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(contract);
            if (value is null && IsCollection(property.PropertyType))
                yield return $"{contract.GetType().Name}.{property.Name}";
            IEnumerable<object> parts = value is not null && IsContract(property.PropertyType) ? [value] : value as IEnumerable<object> ?? [];
            foreach (var inner in parts.Where(p => IsContract(p.GetType())).SelectMany(NullCollections))
                yield return inner;
        }
    }

    private static bool IsCollection(Type type) =>
        type != typeof(string) && type != typeof(byte[]) && type != typeof(JsonElement) && typeof(IEnumerable).IsAssignableFrom(type);

    private static bool IsContract(Type type) => type is { IsClass: true, Namespace: "LockNGen.Contracts" };
}
