using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>An API with authentication, and tokens for it.</summary>
internal static class Tokens
{
    private const string Key = "a signing key of at least thirty-two bytes";

    public static Dictionary<string, string?> Settings => new() { ["Auth:SigningKey"] = Key };

    public static string Of(string subject, string scope = "") => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Claims = new Dictionary<string, object> { ["sub"] = subject, ["scope"] = scope },
        IssuedAt = DateTime.UtcNow.AddMinutes(-1),
        Expires = DateTime.UtcNow.AddHours(1),
        SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Key)), SecurityAlgorithms.HmacSha256),
    });
}
