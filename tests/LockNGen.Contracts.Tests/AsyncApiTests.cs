using LockNGen.TestSupport;
using YamlDotNet.RepresentationModel;

namespace LockNGen.Contracts.Tests;

/// <summary>docs/asyncapi.yaml lists what really exists: every event, its exchange and its schema file.</summary>
public sealed class AsyncApiTests
{
    private static readonly string Docs = Path.Combine(Repository.Root, "docs");
    private static readonly YamlMappingNode Document = Load();

    public static TheoryData<string> EventTypes => [.. GenerationEventTypes.All];

    [Theory]
    [MemberData(nameof(EventTypes))]
    public void Event_OnTheBroker_HasAChannelWithItsExchange(string type)
    {
        var channel = At(Document, "channels", Key(type));

        Text(channel, "address").ShouldBe(type);
        Text(channel, "bindings", "amqp", "exchange", "name").ShouldBe(type);
        Text(channel, "bindings", "amqp", "exchange", "type").ShouldBe("fanout");
    }

    [Theory]
    [MemberData(nameof(EventTypes))]
    public void Event_OnEveryOtherChannel_IsListed(string type)
    {
        foreach (var channel in new[] { "webSocket", "serverSentEvents" })
            Text(At(Document, "channels", channel), "messages", Key(type), "$ref").ShouldBe($"#/components/messages/{Key(type)}");
    }

    [Fact]
    public void Stream_ListsWhatIsNoProgress() =>
        At(Document, "channels", "stream", "messages").Children.Keys.Select(k => k.ToString()).ShouldBe(GenerationEventTypes.State.Select(Key), ignoreOrder: true);

    [Fact]
    public void EveryPayloadReference_PointsToAPublishedSchema()
    {
        var references = At(Document, "components", "messages").Children.Values
            .Select(m => At((YamlMappingNode)m, "payload"))
            .Where(p => p.Children.ContainsKey("$ref"))
            .Select(p => Text(p, "$ref"))
            .ToList();

        references.Count.ShouldBe(GenerationEventTypes.All.Count + 2);
        references.ShouldAllBe(r => File.Exists(Path.Combine(Docs, r)));
    }

    [Fact]
    public void EveryInternalReference_Resolves()
    {
        foreach (var reference in Document.AllNodes.OfType<YamlMappingNode>()
            .Where(n => n.Children.ContainsKey("$ref"))
            .Select(n => Text(n, "$ref"))
            .Where(r => r.StartsWith("#/", StringComparison.Ordinal)))
        {
            Should.NotThrow(() => At(Document, reference[2..].Split('/')), reference);
        }
    }

    private static string Key(string type) => type.Replace('.', '_');

    private static YamlMappingNode Load()
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Docs, "asyncapi.yaml"));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static YamlMappingNode At(YamlMappingNode node, params string[] path) =>
        path.Aggregate(node, (n, key) => (YamlMappingNode)n.Children[key]);

    private static string Text(YamlMappingNode node, params string[] path) =>
        ((YamlScalarNode)At(node, path[..^1]).Children[path[^1]]).Value!;
}
