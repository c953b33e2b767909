namespace LockNGen.Web.Authentication;

/// <summary>The issuer of tokens does not answer: neither the token nor its holder is to blame.</summary>
internal sealed class AuthorityUnreachableException(string message, Exception reason) : Exception(message, reason);
