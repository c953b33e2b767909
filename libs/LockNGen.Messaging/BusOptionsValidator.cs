using Microsoft.Extensions.Options;

namespace LockNGen.Messaging;

internal sealed class BusOptionsValidator : IValidateOptions<BusOptions>
{
    public ValidateOptionsResult Validate(string? name, BusOptions options)
    {
        if (options.Transport == BusTransport.InMemory)
            return ValidateOptionsResult.Success;
        try
        {
            var problems = BrokerTls.ProblemsOf(options, BrokerAddresses.Parse(options.Address)).ToList();
            return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
        catch (FormatException e)
        {
            return ValidateOptionsResult.Fail(e.Message);
        }
    }
}
