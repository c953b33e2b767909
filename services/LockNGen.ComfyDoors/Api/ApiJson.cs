using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.ComfyDoors.Api;

/// <summary>Source-generated metadata of the requests to the GenerationApi and its answers.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PromptList))]
[JsonSerializable(typeof(Submitted))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(Uploaded))]
[JsonSerializable(typeof(NamedFile))]
[JsonSerializable(typeof(InstanceList))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(Asset))]
[JsonSerializable(typeof(NewAsset))]
[JsonSerializable(typeof(TemplateList))]
internal sealed partial class ApiJson : JsonSerializerContext;
