namespace LockNGen.Web.Authentication;

/// <summary>The issuer of tokens does not answer: this says nothing about the token.</summary>
internal sealed class AuthorityUnreachableException(string message, Exception reason) : Exception(message, reason);
