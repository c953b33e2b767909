using System.Diagnostics;
using System.Net.Http.Headers;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Validation;
using LockNGen.Webhooks;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Uploads;

/// <summary>
/// Fetches files from addresses given by clients: only from the public internet, checked again for every redirect and every connection, a few
/// at a time, and with limits on size and time.
/// </summary>
internal sealed class InputFetcher : IDisposable
{
    private const int MaxRedirects = 3;

    private readonly CallbackAddressGuard _guard;
    private readonly UploadStore _uploads;
    private readonly SubmitOptions _options;
    private readonly long _maxBytes;
    private readonly bool _allowsHttp;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _slots;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _ofOwners = [];

    public InputFetcher(
        CallbackAddressGuard guard,
        UploadStore uploads,
        IOptions<SubmitOptions> options,
        IOptions<StorageOptions> storage,
        IOptions<CallbackAddressOptions> addresses)
    {
        (_guard, _uploads, _options, _maxBytes) = (guard, uploads, options.Value, storage.Value.MaxUploadBytes);
        // An operator who allows calls into the private network is developing, and has no certificates there.
        _allowsHttp = addresses.Value.AllowPrivateAddresses;
        _slots = new SemaphoreSlim(_options.MaxFetches);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would connect in our place, past the guard.
            UseProxy = false,
            ConnectCallback = guard.ConnectAsync,
            MaxResponseHeadersLength = 16,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("LockNGen-Inputs", "1"));
    }

    /// <summary>Why the address cannot be fetched from, as a sentence; null if it can be tried.</summary>
    public async Task<string?> FindProblemAsync(string address, string? owner, CancellationToken cancellationToken)
    {
        if (!_allowsHttp && !address.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return "The address must begin with https://.";
        return await _guard.FindProblemAsync(address, owner, cancellationToken);
    }

    /// <summary>Fetches a file and keeps it as an upload of this owner.</summary>
    /// <exception cref="UploadRefusedException">It cannot be fetched, or is not accepted.</exception>
    public async Task<UploadRow> FetchAsync(string address, string? owner, CancellationToken cancellationToken)
    {
        using var turn = Take(owner ?? "");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.FetchTimeout);
        try
        {
            await _slots.WaitAsync(limit.Token);
            try
            {
                return await FetchAsync(new Uri(address), owner, limit.Token);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Refused($"It could not be fetched within {_options.FetchTimeout.TotalSeconds:0} seconds.");
        }
        catch (HttpRequestException e)
        {
            throw Refused(e.InnerException is CallbackAddressRefusedException refused ? refused.Message : "Its server cannot be reached.");
        }
        catch (TimeoutException)
        {
            throw Refused("Its name server does not answer.");
        }
        catch (CallbackAddressRefusedException e)
        {
            throw Refused(e.Message);
        }
        catch (IOException)
        {
            throw Refused("Its server closed the connection early.");
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _slots.Dispose();
    }

    private async Task<UploadRow> FetchAsync(Uri address, string? owner, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            if (redirects > 0 && await FindProblemAsync(address.AbsoluteUri, owner, cancellationToken) is { } problem)
                throw Refused($"It redirects to {address.Host}. {problem}");
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Options.Set(CallbackAddressGuard.Owner, owner ?? "");
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } next)
            {
                address = new Uri(address, next);
                continue;
            }

            if (!response.IsSuccessStatusCode)
                throw Refused($"Its server answered {(int)response.StatusCode}.");
            if (response.Content.Headers.ContentLength > _maxBytes)
                throw TooLarge();
            await using var content = new CappedStream(await response.Content.ReadAsStreamAsync(cancellationToken), _maxBytes, TooLarge);
            return (await _uploads.AddAsync(content, owner, cancellationToken)).Upload;
        }

        throw Refused($"It redirects more than {MaxRedirects} times.");
    }

    /// <summary>Takes one of an owner's slots, so that no owner keeps the others waiting.</summary>
    private Turn Take(string owner)
    {
        lock (_lock)
        {
            var running = _ofOwners.GetValueOrDefault(owner);
            if (running >= _options.MaxFetchesPerOwner)
                throw Refused($"{running} files are being fetched for you already. Try again later.");
            _ofOwners[owner] = running + 1;
        }

        return new Turn(this, owner);
    }

    private void Return(string owner)
    {
        lock (_lock)
        {
            if (--_ofOwners[owner] == 0)
                _ofOwners.Remove(owner);
        }
    }

    private UploadRefusedException TooLarge() => Refused($"It is larger than {_maxBytes:N0} bytes.");

    private static UploadRefusedException Refused(string message) => new(StatusCodes.Status400BadRequest, ErrorCodes.UnusableInput, message);

    private sealed class Turn(InputFetcher fetcher, string owner) : IDisposable
    {
        public void Dispose() => fetcher.Return(owner);
    }
}
