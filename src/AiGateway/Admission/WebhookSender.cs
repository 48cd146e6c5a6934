using System.Globalization;
using System.Net.Http.Headers;
using System.Threading.Channels;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>Tells one webhook what it is to be told, one message after the other: whoever is slow or away keeps nobody else waiting.</summary>
/// <remarks>Of several nodes that share a store one sends it, and another when that one fails for half a minute; where the store does not answer each sends it, under the same id.
/// A message that is not taken is sent again after 1, 2, 4 … at most 300 seconds, for an hour; then it is put aside, so that one that is never taken does not hold up the others, and the watch finds it again while it holds.</remarks>
internal sealed partial class WebhookSender(string webhook, SnapshotHolder snapshots, WebhookTransport transport, WebhookMetrics metrics, IWebhookClaims? claims, TimeProvider clock, Action<WebhookNotice, bool> ended, ILogger logger)
{
    /// <summary>Most messages that wait for one webhook; further ones are found again later.</summary>
    public const int MostWaiting = 1_000;

    private const int LongestDelaySeconds = 300;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A node that was away finds what it has not told itself, also that a period is over.
    private static readonly TimeSpan Afterwards = TimeSpan.FromDays(8);

    private readonly Channel<WebhookNotice> _notices = Channel.CreateUnbounded<WebhookNotice>();

    /// <summary>Whether too many wait to take another.</summary>
    public bool IsFull => _notices.Reader.Count >= MostWaiting;

    /// <summary>Takes a message; there must be room for it.</summary>
    public void Take(WebhookNotice notice)
    {
        metrics.Waiting(webhook, 1);
        _notices.Writer.TryWrite(notice);
    }

    /// <summary>Sends until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var notice in _notices.Reader.ReadAllAsync(stop))
        {
            var isTold = await TellAsync(notice, stop);
            metrics.Waiting(webhook, -1);
            ended(notice, isTold);
        }
    }

    private async Task<bool> TellAsync(WebhookNotice notice, CancellationToken stop)
    {
        for (var delay = 1; clock.GetUtcNow() < notice.Until && snapshots.Current.Webhooks.GetValueOrDefault(webhook) is { } model; delay = Math.Min(delay * 2, LongestDelaySeconds))
        {
            if (await ClaimAsync(notice) is not WebhookClaim.Here and var claim)
            {
                // What another node sends just now is looked at again in a second.
                return claim == WebhookClaim.Told;
            }
            var problem = await SendAsync(model, notice, stop);
            metrics.Sent(webhook, problem is null);
            if (problem is null)
            {
                await ToldAsync(notice);
                return true;
            }
            Log.NotTold(logger, webhook, notice.Id, problem, delay);
            await Task.Delay(TimeSpan.FromSeconds(delay), clock, stop);
        }
        return false;
    }

    private async Task<WebhookClaim> ClaimAsync(WebhookNotice notice)
    {
        try
        {
            return claims is null ? WebhookClaim.Here : await claims.ClaimAsync(NameOf(notice));
        }
        catch (LimitStoreException)
        {
            return WebhookClaim.Here;
        }
    }

    // Two webhooks are told the same under the same id.
    private string NameOf(WebhookNotice notice) => $"{webhook}:{notice.Id}";

    private async Task ToldAsync(WebhookNotice notice)
    {
        if (claims is null)
        {
            return;
        }
        try
        {
            var ends = notice.Ends - clock.GetUtcNow();
            await claims.ToldAsync(NameOf(notice), (ends > TimeSpan.Zero ? ends : TimeSpan.Zero) + Afterwards);
        }
        catch (LimitStoreException)
        {
            // Another node may tell it once more.
        }
    }

    /// <summary>Sends once; what went wrong, or null.</summary>
    private async Task<string?> SendAsync(WebhookModel model, WebhookNotice notice, CancellationToken stop)
    {
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, model.Url) { Content = new ByteArrayContent(notice.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("user-agent", "AiGateway");
        request.Headers.TryAddWithoutValidation("webhook-id", notice.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.Of(model.Key, notice.Id, timestamp, notice.Body));
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            using var answer = await transport.Invoker.SendAsync(request, either.Token);
            return answer.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"it answered {(int)answer.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"it did not answer within {Patience.TotalSeconds} s";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1401, LogLevel.Warning, "The webhook '{Webhook}' was not told {Notice}: {Reason}. Next attempt in {Seconds} s.")]
        public static partial void NotTold(ILogger logger, string webhook, string notice, string reason, int seconds);
    }
}
