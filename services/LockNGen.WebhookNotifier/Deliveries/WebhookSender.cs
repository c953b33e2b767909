using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using LockNGen.Webhooks;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>Makes one attempt: a signed POST, its answer read no further than a log needs.</summary>
internal sealed class WebhookSender : IDisposable
{
    private const int MaxResponseBytes = 1024;

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeout;

    public WebhookSender(CallbackAddressGuard guard, IOptions<WebhookOptions> options, TimeProvider clock)
    {
        _clock = clock;
        _timeout = options.Value.Timeout;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would connect in our place, past the guard.
            UseProxy = false,
            ConnectCallback = guard.ConnectAsync,
            MaxResponseHeadersLength = 16,
            // How much of an unread answer is drained so that the connection can be reused; if there is more, it is dropped.
            MaxResponseDrainSize = 16 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            // Limited, so that a receiver that moves is resolved again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            // Receivers are untrusted: they get the trace of their own generation, added below, and none of our state or baggage.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        });
        _http.Timeout = Timeout.InfiniteTimeSpan;
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("LockNGen-Webhooks", "1"));
    }

    /// <summary>Never throws for what the receiver does; only when cancelled.</summary>
    /// <param name="delivery">What is sent.</param>
    /// <param name="traceParent">The trace context that the receiver's own trace can continue.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<DeliveryResult> SendAsync(DueDelivery delivery, string? traceParent, CancellationToken cancellationToken)
    {
        var startedAt = _clock.GetUtcNow();
        var start = _clock.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_timeout);
        try
        {
            using var request = Request(delivery, traceParent, startedAt);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var status = (int)response.StatusCode;
            return new DeliveryResult
            {
                StartedAt = startedAt,
                Duration = _clock.GetElapsedTime(start),
                StatusCode = status,
                Error = Explain(status),
                Response = response.IsSuccessStatusCode ? null : await ReadAsync(response.Content, limit.Token),
                RetryAfter = RetryAfter(response.Headers.RetryAfter, startedAt),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"No answer within {_timeout.TotalSeconds:0.#} seconds."));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            return Failed(e.InnerException is CallbackAddressRefusedException refused ? refused.Message : e.Message);
        }

        DeliveryResult Failed(string error) =>
            new() { StartedAt = startedAt, Duration = _clock.GetElapsedTime(start), Error = error };
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(DueDelivery delivery, string? traceParent, DateTimeOffset now)
    {
        var id = delivery.Id.ToString();
        var timestamp = now.ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new ByteArrayContent(delivery.Body) };
        request.Options.Set(CallbackAddressGuard.Owner, delivery.Owner ?? "");
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        if (traceParent is not null)
            request.Headers.Add("traceparent", traceParent);
        var secrets = Secrets(delivery, now).ToList();
        if (secrets.Count > 0)
            request.Headers.Add("webhook-signature", WebhookSignature.Header(secrets, id, timestamp, delivery.Body));
        return request;
    }

    private static IEnumerable<string> Secrets(DueDelivery delivery, DateTimeOffset now)
    {
        if (delivery.Secret is not null)
            yield return delivery.Secret;
        if (delivery.PreviousSecret is not null && delivery.PreviousSecretUntil > now)
            yield return delivery.PreviousSecret;
    }

    private static string? Explain(int status) => status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => "Redirects are not followed: register the address that answers itself.",
        410 => "The receiver says that it is gone; the webhook was disabled.",
        _ => string.Create(CultureInfo.InvariantCulture, $"The receiver answered {status}."),
    };

    /// <summary>The beginning of an answer, as far as it arrives: its status has decided already.</summary>
    private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxResponseBytes];
        var length = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            while (length < buffer.Length && await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
                length += read;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            return Text() + " [the answer broke off]";
        }

        return Text();

        // PostgreSQL accepts no NUL in text.
        string Text() => Encoding.UTF8.GetString(buffer, 0, length).Replace("\0", "", StringComparison.Ordinal);
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now) => header?.Delta ?? (header?.Date - now);
}
