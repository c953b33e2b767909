using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace LockNGen.Web.Problems;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(IReadOnlyList<ProblemError>))]
[JsonSerializable(typeof(List<ProblemError>))]
[JsonSerializable(typeof(ProblemError[]))]
internal sealed partial class ProblemJson : JsonSerializerContext;
