using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>Checks what annotations cannot express: addresses, and duplicate names. Reports every mistake at once.</summary>
internal sealed class ComfyUiOptionsValidator : IValidateOptions<ComfyUiOptions>
{
    /// <summary>ComfyUI's own types, which become events of their own.</summary>
    private static readonly string[] BuiltIn =
    [
        "status", "execution_start", "execution_cached", "executing", "progress", "progress_state", "executed", "execution_success", "execution_error",
        "execution_interrupted", "feature_flags", "logs",
    ];

    public ValidateOptionsResult Validate(string? name, ComfyUiOptions options)
    {
        var mistakes = new List<string>();
        for (var i = 0; i < options.Instances.Count; i++)
        {
            var instance = options.Instances[i];
            if (instance.Address is null)
            {
                mistakes.Add(
                    $"ComfyUi:Instances:{i}:Url '{ServerAddress.WithoutSecrets(instance.Url)}' is not the address of a server, for example http://127.0.0.1:8188.");
            }

            mistakes.AddRange(Annotations(instance, $"ComfyUi:Instances:{i}"));
            mistakes.AddRange(AccessValidation.MistakesOf(instance, $"ComfyUi:Instances:{i}"));
        }

        for (var i = 0; i < options.Discovery.Count; i++)
        {
            mistakes.AddRange(Annotations(options.Discovery[i], $"ComfyUi:Discovery:{i}"));
            mistakes.AddRange(AccessValidation.MistakesOf(options.Discovery[i], $"ComfyUi:Discovery:{i}"));
        }

        mistakes.AddRange(options.Instances.GroupBy(i => i.DisplayName, StringComparer.Ordinal).Where(g => g.Count() > 1)
            .Select(g => $"ComfyUi:Instances: the name '{g.Key}' is used {g.Count()} times. Give every instance a Name of its own."));
        mistakes.AddRange(options.CustomEvents.Where(e => e.Length is 0 or > 200 || BuiltIn.Contains(e))
            .Select(e => $"ComfyUi:CustomEvents: '{e}' is not the type of a custom node's event: 1 to 200 characters, and none of {string.Join(", ", BuiltIn)}."));
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static IEnumerable<string> Annotations(object options, string path)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.Select(r => $"{path}: {r.ErrorMessage}");
    }
}
