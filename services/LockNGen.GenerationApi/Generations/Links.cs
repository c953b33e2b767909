using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Generations;

/// <summary>Addresses that are given to clients and watchers.</summary>
internal sealed class Links(IOptions<GenerationApiOptions> options, IServer server)
{
    private readonly string _public = (options.Value.PublicUrl ?? "").TrimEnd('/');
    private readonly Lazy<string> _internal = new(
        () => string.IsNullOrEmpty(options.Value.InternalUrl) ? OwnAddress.Of(server) : options.Value.InternalUrl.TrimEnd('/'),
        LazyThreadSafetyMode.PublicationOnly);

    public string Generation(Guid id) => $"{_public}/api/generations/{id}";

    public string Cancel(Guid id) => $"{_public}/api/generations/{id}/cancel";

    public string Progress(Guid id) => $"{_public}/api/generations/{id}/progress";

    public string Image(Guid id, int number) => $"{_public}/api/generations/{id}/images/{number}";

    public string Events(Guid id) => $"{_public}/api/sse/progress?generationId={id}&after=0";

    public string WebSocket(Guid id)
    {
        // A relative reference works behind any proxy; an absolute one needs the WebSocket scheme.
        var origin = _public.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? "ws" + _public[4..] : _public;
        return $"{origin}/api/ws/progress?generationId={id}&after=0";
    }

    public string Upload(Guid id, int attempt) => $"{_internal.Value}/api/internal/generations/{id}/attempts/{attempt}/images";

    public string Input(Guid id, int attempt, string name) =>
        $"{_internal.Value}/api/internal/generations/{id}/attempts/{attempt}/inputs/{Uri.EscapeDataString(name)}";
}
