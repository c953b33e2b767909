using System.Text;
using LockNGen.ComfyDoors;
using LockNGen.ComfyUiSimulator;
using LockNGen.ComfyUiWatcher;
using LockNGen.GenerationApi;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway;
using LockNGen.TestSupport;
using LockNGen.Web.Authentication;
using LockNGen.WebhookNotifier;
using LockNGen.Webhooks;

namespace LockNGen.IntegrationTests.Docs;

/// <summary>docs/settings.md, below its marker, matches the options classes; UPDATE_GOLDEN=1 writes it again after a change.</summary>
public sealed class SettingsDocumentTests
{
    private const string Marker = "<!-- Below: written from the options classes by the test SettingsDocumentTests (UPDATE_GOLDEN=1). -->\n";

    [Fact]
    public void SettingsDocument_IsTheOptionsClasses()
    {
        var path = System.IO.Path.Combine(Repository.Root, "docs", "settings.md");
        var published = File.ReadAllText(path);
        var preface = published[..(published.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)];
        preface.ShouldEndWith(Marker);
        var current = preface + Tables();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, published = current);

        published.ShouldBe(current);
    }

    private static string Tables()
    {
        (string Heading, Type[] Anchors)[] chapters =
        [
            ("Every service", [typeof(BusOptions), typeof(AuthOptions), typeof(CallbackAddressOptions)]),
            ("GenerationApi", [typeof(GenerationApiExtensions)]),
            ("RealtimeGateway", [typeof(GatewayExtensions)]),
            ("ComfyUiWatcher", [typeof(ComfyUiWatcherExtensions)]),
            ("WebhookNotifier", [typeof(WebhookNotifierExtensions)]),
            ("ComfyDoors", [typeof(ComfyDoorsExtensions)]),
            ("ComfyUiSimulator", [typeof(ComfyUiSimulatorExtensions)]),
        ];
        var text = new StringBuilder();
        foreach (var (heading, anchors) in chapters)
            text.Append("\n## ").Append(heading).Append("\n\n").Append(new SettingsTable([.. anchors.Select(a => a.Assembly)]).Write().TrimEnd('\n')).Append('\n');
        return text.ToString();
    }
}
