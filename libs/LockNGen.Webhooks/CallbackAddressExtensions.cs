using LockNGen.Hosting.Options;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace LockNGen.Webhooks;

/// <summary>Registration of <see cref="CallbackAddressGuard"/>.</summary>
public static class CallbackAddressExtensions
{
    /// <summary>Adds the guard; calling it again changes nothing.</summary>
    public static IHostApplicationBuilder AddCallbackAddressGuard(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(s => s.ServiceType == typeof(CallbackAddressGuard)))
            return builder;
        builder.Services.AddValidatedOptions<CallbackAddressOptions>(CallbackAddressOptions.Section);
        builder.Services.TryAddSingleton(new NameLookups());
        builder.Services.TryAddSingleton<CallbackAddressGuard>();
        return builder;
    }
}
