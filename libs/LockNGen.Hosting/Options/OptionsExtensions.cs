using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LockNGen.Hosting.Options;

/// <summary>The one way to declare options: bound to a section, validated by their annotations when the host starts.</summary>
public static class OptionsExtensions
{
    /// <summary>
    /// Binds <typeparamref name="T"/> to a configuration section and validates it when the host starts. Unknown keys are ignored;
    /// a value that does not parse, or is out of range, stops the start with its name.
    /// </summary>
    public static OptionsBuilder<T> AddValidatedOptions<T>(this IServiceCollection services, string section)
        where T : class =>
        services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
}
