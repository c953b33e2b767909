using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Storage;

internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options) =>
        options.ConnectionString is { } address && DatabaseAddress.FindProblem(address) is { } problem
            ? ValidateOptionsResult.Fail($"ConnectionStrings__generations {problem}")
            : ValidateOptionsResult.Success;
}
