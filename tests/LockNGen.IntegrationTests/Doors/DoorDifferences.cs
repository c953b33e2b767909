using System.Text.Json.Nodes;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>What docs/doors.md lists as different from one ComfyUI, as far as these recordings show it. Nothing else may be.</summary>
internal static class DoorDifferences
{
    /// <summary>Requests whose answer differs altogether: a name of a file that may lie on an instance is known to be wrong only there.</summary>
    public static bool IsLeftOut(JsonObject action) => action["request"]?.ToJsonString().Contains("nope.png", StringComparison.Ordinal) == true;

    /// <summary>The status: what brings a real server into trouble is refused.</summary>
    public static int Status(int recorded) => recorded == 500 ? 400 : recorded;

    /// <summary>JSON without what may differ.</summary>
    public static JsonNode Without(JsonNode json)
    {
        switch (json)
        {
            case JsonObject map:
                // Servers of 2025 have none.
                map.Remove("create_time");
                if (map.ContainsKey("extra_info"))
                {
                    map.Remove("details");
                    map.Remove("extra_info");
                }

                if (map.ContainsKey("traceback"))
                {
                    map["executed"] = new JsonArray();
                    (map["traceback"], map["current_inputs"], map["current_outputs"]) = (new JsonArray(), new JsonObject(), new JsonArray());
                }

                foreach (var (_, value) in map.Where(p => p.Value is not null))
                    Without(value!);
                break;
            case JsonArray message when message is [JsonValue type, JsonObject data] && type.ToString() == "execution_cached":
                // The history has no node ids there; the frame has them.
                data["nodes"] = new JsonArray();
                break;
            case JsonArray list:
                foreach (var value in list.OfType<JsonNode>())
                    Without(value);
                break;
        }

        return json;
    }
}
