using System.Text;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

internal sealed class AuthOptionsValidator : IValidateOptions<AuthOptions>
{
    private const int MinimumKeyBytes = 32;

    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        List<string> errors = [];
        if (!options.IsOn)
            CheckOff(options, errors);
        else if (!string.IsNullOrWhiteSpace(options.Authority))
            CheckAuthority(options, errors);
        else if (Encoding.UTF8.GetByteCount(options.SigningKey!) < MinimumKeyBytes)
            errors.Add($"Auth:SigningKey is too short: use at least {MinimumKeyBytes} bytes, for example from 'openssl rand -base64 48'.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>Setting one of these means that access is to be restricted: a key that got lost must not leave it open.</summary>
    private static void CheckOff(AuthOptions options, List<string> errors)
    {
        if (options.SigningKey is not null)
            errors.Add("Auth:SigningKey is empty: set a key, or leave the setting out to run without authentication.");
        if (options.Authority is not null)
            errors.Add("Auth:Authority is empty: set an address, or leave the setting out to run without authentication.");
        if (!string.IsNullOrWhiteSpace(options.Audience) || !string.IsNullOrWhiteSpace(options.Issuer))
            errors.Add("Auth:Audience and Auth:Issuer check nothing on their own: set Auth:Authority or Auth:SigningKey, too.");
    }

    private static void CheckAuthority(AuthOptions options, List<string> errors)
    {
        if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority))
            errors.Add("Auth:Authority is not an absolute address, for example https://login.example.com/realms/gallery.");
        else if (authority.Scheme != Uri.UriSchemeHttps && !authority.IsLoopback)
            errors.Add("Auth:Authority must be https:// (http:// only on this machine): its keys decide who may call.");
        if (!string.IsNullOrWhiteSpace(options.SigningKey))
            errors.Add("Set either Auth:Authority or Auth:SigningKey, not both.");
        if (string.IsNullOrWhiteSpace(options.Audience))
            errors.Add("Auth:Audience must be set with Auth:Authority, or tokens made for other applications would be accepted.");
    }
}
