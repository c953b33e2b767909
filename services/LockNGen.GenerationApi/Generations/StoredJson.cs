using System.Text.Json;
using System.Text.Json.Serialization;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Generations;

/// <summary>The documents that rows hold.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GenerationError))]
[JsonSerializable(typeof(IReadOnlyList<GenerationWarning>))]
[JsonSerializable(typeof(RenderPlan))]
[JsonSerializable(typeof(LabelRequirements))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(TicketAnswer))]
internal sealed partial class StoredJson : JsonSerializerContext;
