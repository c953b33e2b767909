using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

/// <summary>Case 18: what a prompt's extra_data is made of.</summary>
public sealed class PromptExtraDataTests
{
    private static readonly PromptMarker Marker = new(Guid.NewGuid(), 2, 3, "gpu-1");

    [Fact]
    public void ExtraData_OfTheSubmitter_StandsBesideTheMarkerAndTheSecrets()
    {
        var submitted = JsonElement.Parse("""{"extra_pnginfo":{"workflow":{"seed":18446744073709551615}},"other":[1]}""");

        var data = PromptExtraData.Of(Marker, "auto", submitted, new Dictionary<string, string> { [PromptExtraData.PartnerKey] = "secret" });

        data["extra_pnginfo"]!.ToJsonString().ShouldBe("""{"workflow":{"seed":18446744073709551615}}""");
        data["other"]!.ToJsonString().ShouldBe("[1]");
        ((string)data["api_key_comfy_org"]!).ShouldBe("secret");
        ((string)data["preview_method"]!).ShouldBe("auto");
        PromptMarker.Of(JsonElement.Parse(data.ToJsonString())).ShouldBe(Marker);
    }

    [Fact]
    public void ExtraData_WithKeysOfOurs_NeverReplacesThem()
    {
        var submitted = JsonElement.Parse("""{"lockngen":{"generationId":"x"},"preview_method":"none"}""");

        var data = PromptExtraData.Of(Marker, "auto", submitted, new Dictionary<string, string>());

        PromptMarker.Of(JsonElement.Parse(data.ToJsonString())).ShouldBe(Marker);
        ((string)data["preview_method"]!).ShouldBe("auto");
    }

    [Fact]
    public void ExtraData_OfNoOne_IsTheMarkerAlone() =>
        PromptExtraData.Of(Marker, "", null, new Dictionary<string, string>()).Select(m => m.Key).ShouldBe(["lockngen"]);
}
