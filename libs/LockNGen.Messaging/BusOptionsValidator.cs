using Microsoft.Extensions.Options;

namespace LockNGen.Messaging;

internal sealed class BusOptionsValidator : IValidateOptions<BusOptions>
{
    public ValidateOptionsResult Validate(string? name, BusOptions options)
    {
        if (options.Transport == BusTransport.InMemory)
            return ValidateOptionsResult.Success;
        if (string.IsNullOrWhiteSpace(options.Address))
        {
            return ValidateOptionsResult.Fail(
                "ConnectionStrings__rabbitmq is not set. Give the broker's address, for example amqp://guest:guest@localhost:5672/.");
        }

        return Uri.TryCreate(options.Address, UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps"
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                "ConnectionStrings__rabbitmq is not an amqp:// or amqps:// address, for example amqp://guest:guest@localhost:5672/.");
    }
}
