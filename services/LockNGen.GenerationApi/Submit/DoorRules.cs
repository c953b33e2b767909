namespace LockNGen.GenerationApi.Submit;

/// <summary>What a door may record.</summary>
internal static class DoorRules
{
    private const int MaxClientId = 512;

    private static readonly string[] Kinds = ["comfyui", "comfy-v2", "openai"];

    public static void Check(DoorRequest? door, List<ProblemError> errors)
    {
        if (door is null)
            return;
        if (!Kinds.Contains(door.Kind, StringComparer.Ordinal))
            errors.Add(new ProblemError { Field = "door.kind", Code = ErrorCodes.NotAChoice, Message = $"door.kind is not one of: {string.Join(", ", Kinds)}." });
        if (door.ClientId?.Length > MaxClientId)
            errors.Add(new ProblemError { Field = "door.clientId", Code = ErrorCodes.OutOfRange, Message = $"clientId has more than {MaxClientId} characters." });
    }
}
