using LockNGen.Web.Problems;
using LockNGen.Webhooks;

namespace LockNGen.WebhookNotifier.Registrations;

/// <summary>Checks what clients send; all that is wrong with it, not only the first.</summary>
internal sealed class WebhookValidation(CallbackAddressGuard guard)
{
    private const int MaxDescription = 200;

    public async Task<List<ProblemError>> FindErrorsAsync(
        string url, string? owner, IReadOnlyList<string>? eventTypes, string? description, string? secret, CancellationToken cancellationToken)
    {
        var errors = new List<ProblemError>();
        if (await guard.FindProblemAsync(url, owner, cancellationToken) is { } problem)
            Add("url", ErrorCodes.ForbiddenAddress, problem);
        if (eventTypes is { Count: 0 } || eventTypes?.Except(DeliverableEvents.All).Any() == true)
        {
            Add(
                "eventTypes", ErrorCodes.NotAChoice,
                $"Give one or more of {string.Join(", ", DeliverableEvents.All)}, or leave it out for outcomes. Progress is for WebSocket and SSE.");
        }

        if (description?.Length > MaxDescription || description?.Contains('\0', StringComparison.Ordinal) == true)
            Add("description", ErrorCodes.OutOfRange, $"At most {MaxDescription} characters, and no U+0000.");
        if (secret is not null && !WebhookSecret.IsValid(secret))
            Add("secret", ErrorCodes.InvalidSecret, WebhookSecret.Rule);
        return errors;

        void Add(string field, string code, string message) => errors.Add(new ProblemError { Field = field, Code = code, Message = message });
    }

    /// <summary>A valid filter as it is stored.</summary>
    public static string Filter(IReadOnlyList<string>? eventTypes) =>
        eventTypes is null ? DeliverableEvents.Default : string.Join(' ', eventTypes.Distinct());
}
