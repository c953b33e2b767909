using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>What annotations cannot say: addresses, and names that are used twice. Reports every mistake at once.</summary>
internal sealed class ComfyUiOptionsValidator : IValidateOptions<ComfyUiOptions>
{
    public ValidateOptionsResult Validate(string? name, ComfyUiOptions options)
    {
        var mistakes = new List<string>();
        for (var i = 0; i < options.Instances.Count; i++)
        {
            var instance = options.Instances[i];
            if (instance.Server is null)
            {
                mistakes.Add($"ComfyUi:Instances:{i}:Url '{instance.Url}' is not the address of a server, for example http://127.0.0.1:8188.");
            }

            mistakes.AddRange(Annotations(instance, $"ComfyUi:Instances:{i}"));
        }

        for (var i = 0; i < options.Discovery.Count; i++)
            mistakes.AddRange(Annotations(options.Discovery[i], $"ComfyUi:Discovery:{i}"));
        mistakes.AddRange(options.Instances.GroupBy(i => i.DisplayName, StringComparer.Ordinal).Where(g => g.Count() > 1)
            .Select(g => $"ComfyUi:Instances: the name '{g.Key}' is used {g.Count()} times. Give every instance a Name of its own."));
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static IEnumerable<string> Annotations(object options, string path)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.Select(r => $"{path}: {r.ErrorMessage}");
    }
}
