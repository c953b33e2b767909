using LockNGen.ComfyUiSimulator.Control;
using LockNGen.ComfyUiSimulator.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LockNGen.ComfyUiSimulator.Admin;

/// <summary>Injected HTTP faults: frozen, slow, or failing. The admin routes stay reachable.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, Faults faults, TimeProvider clock)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(AdminEndpoints.Prefix, StringComparison.Ordinal))
        {
            await faults.Freeze.WaitAsync(context.RequestAborted);
            await Task.Delay(faults.HttpDelay, clock, context.RequestAborted);
            if (faults.TakeAnswer(context.Request) is { } answer)
            {
                await answer.WriteAsync(context.Response, context.RequestAborted);
                return;
            }

            if (faults.TakeHttpFault(context.Request.Path) is { } fault)
            {
                await (fault.AnswerIsLost ? LoseAnswerAsync(context) : ErrorMiddleware.WriteInternalErrorAsync(context));
                return;
            }
        }

        await next(context);
    }

    private async Task LoseAnswerAsync(HttpContext context)
    {
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        await next(context);
        context.Abort();
    }
}
