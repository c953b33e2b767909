using LockNGen.Hosting.Options;
using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace LockNGen.Web.Authentication;

/// <summary>Identifies the caller, the same in every service: a JWT from the header or the session cookie, or a plain session id while authentication is off.</summary>
public static class CallerAuthentication
{
    internal const string Scheme = "LockNGen";

    /// <summary>The authentication type of a caller with a token.</summary>
    internal const string TokenType = "Token";

    /// <summary>The authentication type of everyone while authentication is off.</summary>
    internal const string SessionType = "Session";

    /// <summary>
    /// Adds authentication and authorization, CORS and changes for the configured origins only, and the client's address behind trusted proxies. Endpoints ask
    /// for it with <c>RequireAuthorization()</c>, which lets everyone in while authentication is off, and take a <see cref="Caller"/>.
    /// </summary>
    public static IHostApplicationBuilder AddCallerAuthentication(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.Any(s => s.ServiceType == typeof(RevocationList)))
            return builder;

        services.AddValidatedOptions<AuthOptions>(AuthOptions.Section);
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();
        services.AddValidatedOptions<ProxyOptions>(ProxyOptions.Section);
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsValidator>();
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>, TrustedProxies>();
        services.AddTransient<IStartupFilter, TrustedProxies.Filter>();
        services.AddValidatedOptions<CorsOriginOptions>(CorsOriginOptions.Section);
        services.AddSingleton<IValidateOptions<CorsOriginOptions>, CorsOriginOptionsValidator>();
        services.AddSingleton<AllowedOrigins>();
        services.AddSingleton<IConfigureOptions<CorsOptions>>(p => p.GetRequiredService<AllowedOrigins>());
        services.AddCors();
        services.AddTransient<IStartupFilter, AllowedOrigins.Filter>();
        services.AddTransient<IStartupFilter, CrossSiteRequests.Filter>();
        services.AddProblems();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RevocationList>();
        services.AddHostedService<OpenDoorWarning>();
        services.AddScoped<TokenEvents>();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, TokenOptions>();
        services.AddAuthentication(Scheme)
            .AddPolicyScheme(Scheme, null, o => o.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, SessionIdHandler>(SessionType, null)
            .AddJwtBearer(TokenType);
        services.PostConfigure<JwtBearerOptions>(TokenType, ForgetWithdrawnKeys);
        services.AddAuthorization();
        return builder;
    }

    /// <summary>By default the library would trust keys that the issuer has withdrawn for one more hour.</summary>
    private static void ForgetWithdrawnKeys(JwtBearerOptions options)
    {
        if (options.ConfigurationManager is BaseConfigurationManager keys)
            keys.UseLastKnownGoodConfiguration = false;
    }

    private static string SchemeOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<AuthOptions>>().Value.IsOn ? TokenType : SessionType;
}
