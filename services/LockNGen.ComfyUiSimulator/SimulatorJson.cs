using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LockNGen.ComfyUiSimulator.Admin;
using LockNGen.ComfyUiSimulator.Control;

namespace LockNGen.ComfyUiSimulator;

/// <summary>ComfyUI's own messages are built as nodes, because workflows and node inputs have no fixed shape; only the admin routes have records.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
[JsonSerializable(typeof(FrontResponse))]
[JsonSerializable(typeof(HoldRequest))]
[JsonSerializable(typeof(HoldStatus))]
[JsonSerializable(typeof(Render[]))]
[JsonSerializable(typeof(SocketStatus[]))]
internal sealed partial class SimulatorJson : JsonSerializerContext;
