using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Tests.Conformance;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>What docs/doors.md lists as different from one ComfyUI, as far as these recordings show it. Nothing else may be.</summary>
internal static class DoorDifferences
{
    /// <summary>Requests whose answer differs altogether.</summary>
    public static bool IsLeftOut(Recording recording, JsonObject action)
    {
        var (method, path, request) = (action["method"]?.ToString(), action["path"]?.ToString() ?? "", action["request"]?.ToJsonString() ?? "");
        // Whether the name of a file that may be on an instance is wrong is known only there.
        if (path == "/prompt" && request.Contains("nope.png", StringComparison.Ordinal))
            return true;
        // A prompt that was cancelled before it ran has an entry here, and is a job.
        if (method == "GET" && recording.Prompts.Except(recording.Begun(null)).Any(id => path.EndsWith(id, StringComparison.Ordinal)))
            return true;
        // The history has a prompt as soon as its end is sent; the recorder asked just before.
        if (action["response"] is JsonObject { Count: 0 } && path.StartsWith("/history/", StringComparison.Ordinal) && recording.Begun(action).Any(id => path.EndsWith(id, StringComparison.Ordinal)))
            return true;
        // Deleting a running prompt ends it.
        if (path == "/queue" && method == "POST" && recording.Begun(action).Any(id => request.Contains(id, StringComparison.Ordinal)))
            return true;
        // Answers without /api, too.
        return path == "/jobs";
    }

    /// <summary>The status: requests that cause errors in a real server are refused.</summary>
    public static int Status(int recorded) => recorded == 500 ? 400 : recorded;

    /// <summary>The answer; of the whole history without workflows.</summary>
    public static JsonNode? Brief(JsonObject action)
    {
        var answer = action["response"]?.DeepClone();
        if (action["path"]!.ToString() == "/history" && answer is JsonObject history)
        {
            foreach (var prompt in history.Select(p => p.Value!["prompt"]!.AsArray()))
                (prompt[2], prompt[4]) = (new JsonObject(), new JsonArray());
        }

        return answer;
    }

    /// <summary>JSON without what may differ.</summary>
    public static JsonNode Without(JsonNode json)
    {
        switch (json)
        {
            case JsonObject map:
                // Servers of 2025 have none.
                map.Remove("create_time");
                map.Remove("preview_method");
                // Prompts that were cancelled before they ran are in no history of a real server.
                foreach (var (id, _) in map.Where(p => Guid.TryParse(p.Key, out _) && p.Value?["status"]?.ToJsonString().Contains("execution_start", StringComparison.Ordinal) == false).ToList())
                    map.Remove(id);
                // Reported for every job, even while it runs.
                if (map.ContainsKey("outputs_count"))
                    map.Remove("workflow");
                if (map["jobs"] is JsonArray jobs)
                    jobs.RemoveAll(j => j?["status"]?.ToString() == "cancelled" && j["execution_start_time"] is null);
                if (map.ContainsKey("supports_preview_metadata"))
                {
                    foreach (var (flag, _) in map.Where(f => f.Key is not ("supports_preview_metadata" or "max_upload_size")).ToList())
                        map.Remove(flag);
                }

                // The node at which a prompt was interrupted is not reported.
                if (map.ContainsKey("executed") && !map.ContainsKey("traceback"))
                    (map["executed"], map["node_id"], map["node_type"]) = (new JsonArray(), "", "");
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
