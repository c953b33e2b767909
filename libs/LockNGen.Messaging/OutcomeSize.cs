using System.Globalization;
using LockNGen.Contracts;

namespace LockNGen.Messaging;

/// <summary>
/// Keeps events that list all results of a generation small enough for the broker and its readers: first without the texts, then with as many
/// results as there is room for, and a warning that says so. All of them stay in the API's answer.
/// </summary>
public static class OutcomeSize
{
    /// <summary>The most bytes of JSON that such an event may have.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The event, shortened if necessary. To be called before it gets its number: after that it must not change.</summary>
    public static T Fit<T>(T message)
        where T : GenerationEvent
    {
        if (SizeOf(message) <= MaxBytes || ImagesOf(message) is not { Count: > 0 } all)
            return message;
        var shortened = all.Select(i => i with { Text = null }).ToList();
        var fitting = With(message, shortened);
        for (var count = all.Count; SizeOf(fitting) > MaxBytes && count > 0;)
        {
            count /= 2;
            fitting = With(message, [.. shortened.Take(count)], Cut(count, all.Count));
        }

        return fitting;
    }

    private static int SizeOf(GenerationEvent message) => ContractsJson.Serialize(message).Length;

    private static GenerationWarning Cut(int count, int all) => new()
    {
        Code = GenerationWarningCodes.ResultsCut,
        Message = string.Create(CultureInfo.InvariantCulture, $"Only {count} of {all} results are listed here; GET /api/generations/{{id}} has all of them."),
    };

    private static IReadOnlyList<GenerationImage> ImagesOf(GenerationEvent message) => message switch
    {
        GenerationCompleted m => m.Data.Images,
        GenerationFailed m => m.Data.Images,
        GenerationCancelled m => m.Data.Images,
        GenerationSnapshot m => m.Data.Images,
        _ => [],
    };

    private static T With<T>(T message, IReadOnlyList<GenerationImage> images, params IReadOnlyList<GenerationWarning> more)
        where T : GenerationEvent
    {
        GenerationEvent changed = message switch
        {
            GenerationCompleted m => m with { Data = m.Data with { Images = images, Warnings = [.. m.Data.Warnings, .. more] } },
            GenerationFailed m => m with { Data = m.Data with { Images = images, Warnings = [.. m.Data.Warnings, .. more] } },
            GenerationCancelled m => m with { Data = m.Data with { Images = images, Warnings = [.. m.Data.Warnings, .. more] } },
            GenerationSnapshot m => m with { Data = m.Data with { Images = images, Warnings = [.. m.Data.Warnings, .. more] } },
            _ => message,
        };
        return (T)changed;
    }
}
