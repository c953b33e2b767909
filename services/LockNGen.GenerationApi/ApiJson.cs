using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Access;
using LockNGen.GenerationApi.Blocking;
using LockNGen.GenerationApi.Cancel;
using LockNGen.GenerationApi.History;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Submit;
using LockNGen.GenerationApi.Templates;
using LockNGen.GenerationApi.Uploads;
using Microsoft.AspNetCore.Mvc;

namespace LockNGen.GenerationApi;

/// <summary>Source-generated metadata of every request and answer.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(SubmitRequest))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(SubmitAnswer))]
[JsonSerializable(typeof(DryRunAnswer))]
[JsonSerializable(typeof(GenerationAnswer))]
[JsonSerializable(typeof(GenerationList))]
[JsonSerializable(typeof(CancelAnswer))]
[JsonSerializable(typeof(CancelManyRequest))]
[JsonSerializable(typeof(CancelManyAnswer))]
[JsonSerializable(typeof(UploadAnswer))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(InstanceList))]
[JsonSerializable(typeof(TemplateList))]
[JsonSerializable(typeof(QueueAnswer))]
[JsonSerializable(typeof(BlockingAnswer))]
[JsonSerializable(typeof(RevocationRequest))]
[JsonSerializable(typeof(GenerationImage))]
[JsonSerializable(typeof(IReadOnlyList<ProblemError>))]
[JsonSerializable(typeof(List<ProblemError>))]
[JsonSerializable(typeof(ProblemError[]))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The same, with links that people can copy: an ampersand is an ampersand, for JSON answers are not HTML.</summary>
    public static ApiJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
