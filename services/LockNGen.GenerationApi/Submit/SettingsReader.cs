using System.Text.Json;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Web.Authentication;
using LockNGen.Webhooks;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Reads and checks everything in a request but its workflow.</summary>
internal sealed class SettingsReader(CallbackAddressGuard addresses, IOptions<SubmitOptions> submitOptions, IOptions<QueueOptions> queueOptions)
{
    private const int MaxMetadata = 16_384;
    private const int HighPriority = 2;
    private static readonly string[] Priorities = ["low", "normal", "high"];

    /// <summary>What is wrong is added to <paramref name="errors"/>; then the result means nothing.</summary>
    public async Task<SubmissionSettings> ReadAsync(SubmitRequest request, Caller caller, List<ProblemError> errors, CancellationToken cancellationToken)
    {
        var queue = queueOptions.Value;
        var count = InRange("count", request.Count ?? 1, submitOptions.Value.MaxCount, errors);
        var timeout = InRange("timeoutSeconds", request.TimeoutSeconds ?? queue.DefaultTimeoutSeconds, QueueOptions.MaxTimeoutSeconds, errors);
        var queueTimeout = InRange("queueTimeoutSeconds", request.QueueTimeoutSeconds ?? queue.DefaultQueueTimeoutSeconds, QueueOptions.MaxTimeoutSeconds, errors);
        var priority = ReadPriority(request.Priority ?? "normal", caller, errors);
        CheckMetadata(request.Metadata, errors);
        LabelRules.Check(request.Labels, errors);
        ExtraDataRules.Check(request, submitOptions.Value.MaxExtraDataBytes, errors);
        DoorRules.Check(request.Door, errors);
        var id = ReadId(request.Id, errors);
        await CheckWebhookAsync(request, caller.Owner, errors, cancellationToken);
        return new SubmissionSettings(id, count, priority, timeout, queueTimeout);
    }

    private static int ReadPriority(string text, Caller caller, List<ProblemError> errors)
    {
        var priority = Array.IndexOf(Priorities, text);
        if (priority < 0)
            errors.Add(Error("priority", ErrorCodes.NotAChoice, $"priority '{text}' is not one of: {string.Join(", ", Priorities)}."));
        else if (priority == HighPriority && !caller.MayHurry)
            errors.Add(Error("priority", ErrorCodes.ForbiddenPriority, $"priority 'high' needs the scope {Caller.PriorityScope}."));
        return priority;
    }

    private async Task CheckWebhookAsync(SubmitRequest request, string? owner, List<ProblemError> errors, CancellationToken cancellationToken)
    {
        if (request.WebhookUrl is { } url && await addresses.FindProblemAsync(url, owner, cancellationToken) is { } problem)
            errors.Add(Error("webhookUrl", ErrorCodes.ForbiddenAddress, problem));
        if (request.WebhookSecret is { } secret && !WebhookSecret.IsValid(secret))
            errors.Add(Error("webhookSecret", ErrorCodes.InvalidSecret, WebhookSecret.Rule));
    }

    private static Guid ReadId(string? text, List<ProblemError> errors)
    {
        if (text is null)
            return Guid.NewGuid();
        if (Guid.TryParseExact(text, "D", out var id) && id != Guid.Empty)
            return id;
        errors.Add(Error("id", ErrorCodes.WrongType, $"id '{Quoted.Short(text)}' is not a UUID such as {Guid.NewGuid()}."));
        return Guid.Empty;
    }

    private static void CheckMetadata(JsonElement? metadata, List<ProblemError> errors)
    {
        if (metadata is { ValueKind: not JsonValueKind.Object })
            errors.Add(Error("metadata", ErrorCodes.WrongType, "metadata must be an object."));
        else if (metadata?.GetRawText().Length > MaxMetadata)
            errors.Add(Error("metadata", ErrorCodes.OutOfRange, $"metadata has more than {MaxMetadata} characters."));
    }

    private static int InRange(string field, int value, int max, List<ProblemError> errors)
    {
        if (value < 1 || value > max)
            errors.Add(Error(field, ErrorCodes.OutOfRange, $"{field} is {value}; it must be between 1 and {max}."));
        return value;
    }

    private static ProblemError Error(string field, string code, string message) => new() { Field = field, Code = code, Message = message };
}

/// <summary>What a request says besides its workflow; defaults are filled in.</summary>
/// <param name="Id">The id of the generation: the client's, or a new one.</param>
/// <param name="Count">The number of prompts.</param>
/// <param name="Priority">0 is low.</param>
/// <param name="TimeoutSeconds">The limit of rendering, or of silence.</param>
/// <param name="QueueTimeoutSeconds">The limit of waiting.</param>
internal sealed record SubmissionSettings(Guid Id, int Count, int Priority, int TimeoutSeconds, int QueueTimeoutSeconds);
