using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Storage;

/// <summary>The notifier's database, by <c>ConnectionStrings__webhooks</c>.</summary>
internal sealed class WebhooksDatabase(IOptions<WebhookOptions> options, TimeProvider clock)
    : Database("webhooks", options.Value.ConnectionString!, clock);
