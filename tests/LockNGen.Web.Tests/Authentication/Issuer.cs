using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace LockNGen.Web.Tests.Authentication;

/// <summary>An OpenID Connect provider as far as services meet it: the discovery document, the key set, and tokens signed with RS256.</summary>
internal sealed class Issuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<RsaSecurityKey> _published = [];
    private int _fetches;

    private Issuer(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    /// <summary>How often the key set was read.</summary>
    public int Fetches => Volatile.Read(ref _fetches);

    /// <summary>Whether it answers at all.</summary>
    public bool IsUp { get; set; } = true;

    public static async Task<Issuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var issuer = new Issuer(builder.Build());
        issuer._app.Use((context, next) => issuer.IsUp ? next(context) : Task.FromResult(context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable));
        issuer._app.MapGet("/.well-known/openid-configuration", () => new Dictionary<string, string> { ["issuer"] = issuer.Url, ["jwks_uri"] = issuer.Url + "/keys" });
        issuer._app.MapGet("/keys", () =>
        {
            Interlocked.Increment(ref issuer._fetches);
            lock (issuer._published)
                return new { keys = issuer._published.Select(Published).ToList() };
        });
        await issuer._app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    /// <summary>A new key; the ones before are no longer published.</summary>
    public RsaSecurityKey Rotate()
    {
        var key = NewKey();
        lock (_published)
        {
            _published.Clear();
            _published.Add(key);
        }

        return key;
    }

    /// <summary>A key that is not published.</summary>
    public static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

    /// <summary>A token for Alice.</summary>
    public string Token(SecurityKey key, string audience = "gallery", string? issuer = null, string algorithm = SecurityAlgorithms.RsaSha256, int expiresInSeconds = 300) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Url,
            Audience = audience,
            Claims = new Dictionary<string, object> { ["sub"] = "alice", ["scope"] = "generations:admin" },
            NotBefore = DateTime.UtcNow.AddHours(-1),
            Expires = DateTime.UtcNow.AddSeconds(expiresInSeconds),
            SigningCredentials = new SigningCredentials(key, algorithm),
        });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Dictionary<string, string> Published(RsaSecurityKey key)
    {
        var parameters = key.Rsa.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["alg"] = "RS256",
            ["kid"] = key.KeyId,
            ["n"] = Base64UrlEncoder.Encode(parameters.Modulus),
            ["e"] = Base64UrlEncoder.Encode(parameters.Exponent),
        };
    }
}
