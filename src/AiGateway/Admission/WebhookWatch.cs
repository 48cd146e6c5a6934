using System.Globalization;
using System.Runtime.InteropServices;
using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>Looks every second at how budgets stand, behind all requests, and has their webhooks told once in a period of what was reached.</summary>
/// <remarks>
/// Noted is only what a webhook has taken. What it has not taken is found again by the next look or, since budgets begin with
/// what the ledger knows, after a restart: nothing is lost with the process, and nothing is told twice but when the answer to a
/// message got lost. A period that rolls begins with the first that is told of it.
/// </remarks>
internal sealed partial class WebhookWatch(
    Limiter limiter, SpentBudgets spent, SnapshotHolder snapshots, IWebhookMarkStore store, WebhookTransport transport, WebhookMetrics metrics, TimeProvider clock, ILogger<WebhookWatch> logger, IWebhookClaims? claims = null) : BackgroundService
{
    /// <summary>Most marks that are kept; what would need further ones is not told.</summary>
    public const int MostMarks = 10_000;

    private const string Spent = "spent";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    // Of a budget that nodes share, what is held or leased by others may be free again in a moment: a refusal is the end of it only when nearly all is gone.
    private const decimal NearlyAll = 0.9m;

    // A webhook that has been away for so long is not told any more that a period is over.
    private static readonly TimeSpan News = TimeSpan.FromDays(7);

    private readonly Lock _lock = new();
    private readonly HashSet<WebhookMark> _pending = [];
    private readonly Dictionary<string, WebhookSender> _senders = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<BudgetStanding> _standings = [];
    private WebhookMarks? _marks;
    private bool _isFull;

    /// <summary>Looks once.</summary>
    public void Look()
    {
        var snapshot = snapshots.Current;
        if (snapshot.Webhooks.Count == 0)
        {
            return;
        }
        var now = clock.GetUtcNow();
        var refused = spent.Take();
        var budgets = snapshot.Limits.All.Where(static limit => limit.Budget is { Notify.Length: > 0 }).ToDictionary(static limit => limit.Id, StringComparer.Ordinal);
        lock (_lock)
        {
            var marks = _marks ??= new WebhookMarks(store, logger);
            _standings.Clear();
            limiter.ReadBudgets(_standings);
            FindRenewed(snapshot, budgets, marks, now);
            foreach (ref readonly var standing in CollectionsMarshal.AsSpan(_standings))
            {
                if (budgets.TryGetValue(standing.Limit.Id, out var budget))
                {
                    // Its amount may be another than when it was last asked.
                    Find(snapshot, standing with { Limit = budget }, refused.Contains((budget.Id, standing.Subject)), marks, now);
                }
            }
            marks.Save();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            try
            {
                Look();
            }
            catch (Exception e)
            {
                // An unforeseen fault must not end the watching, nor the process.
                Log.Failed(logger, e);
            }
        }
    }

    private void Find(Snapshot snapshot, in BudgetStanding standing, bool hasRefused, WebhookMarks marks, DateTimeOffset now)
    {
        var (budget, rate) = (standing.Limit.Budget!, standing.Limit.Rates[0]);
        var isSpent = standing.Used >= rate.Amount || (hasRefused && (standing.Limit.Sharing == LimitSharing.Local || standing.Used >= NearlyAll * rate.Amount));
        if (!isSpent && (budget.WarnAt is not [var first, ..] || standing.Used < first * rate.Amount))
        {
            return;
        }
        foreach (var id in budget.Notify)
        {
            if (!snapshot.Webhooks.TryGetValue(id, out var webhook))
            {
                continue;
            }
            foreach (var share in budget.WarnAt)
            {
                if (standing.Used >= share * rate.Amount)
                {
                    Tell(webhook, standing, NoticeKind.Threshold, string.Create(CultureInfo.InvariantCulture, $"threshold {share:0.####}"), share, marks, now);
                }
            }
            if (isSpent)
            {
                Tell(webhook, standing, NoticeKind.Spent, Spent, null, marks, now);
            }
        }
    }

    private void Tell(WebhookModel webhook, in BudgetStanding standing, NoticeKind kind, string what, decimal? share, WebhookMarks marks, DateTimeOffset now)
    {
        var mark = new WebhookMark(webhook.Id, standing.Limit.Id, standing.Subject, what);
        if (marks.Contains(mark) || _pending.Contains(mark))
        {
            return;
        }
        var rate = standing.Limit.Rates[0];
        var ends = rate.Calendar?.Around(now).End ?? marks.RollingEnd(mark) ?? now + rate.Window;
        if (webhook.On.Contains(kind))
        {
            Send(mark, kind, standing, share, ends, rate.Calendar is null ? null : ends, marks, now);
        }
        else if (marks.Count < MostMarks)
        {
            // So that it is known, when the period is over, that there was something.
            marks.Add(mark, ends);
        }
    }

    /// <summary>Tells of periods that are over, and forgets what was told in them.</summary>
    private void FindRenewed(Snapshot snapshot, Dictionary<string, LimitModel> budgets, WebhookMarks marks, DateTimeOffset now)
    {
        var silent = new Dictionary<WebhookMark, DateTimeOffset>();
        foreach (var (mark, ended) in marks.Over(now))
        {
            if (_pending.Contains(mark))
            {
                continue;
            }
            if (budgets.GetValueOrDefault(mark.Budget) is { } budget && snapshot.Webhooks.GetValueOrDefault(mark.Webhook) is { } webhook
                && webhook.On.Contains(NoticeKind.Renewed) && budget.Budget!.Notify.Contains(webhook.Id) && now < ended + News)
            {
                var standing = _standings.Find(standing => standing.Limit.Id == mark.Budget && standing.Subject == mark.Subject);
                Send(mark, NoticeKind.Renewed, standing with { Limit = budget, Subject = mark.Subject }, null, ended, budget.Rates[0].Calendar?.Around(now).End, marks, now);
            }
            else
            {
                silent.Add(mark, ended);
            }
        }
        if (silent.Count > 0)
        {
            marks.Forget(silent);
        }
    }

    private void Send(
        WebhookMark mark, NoticeKind kind, in BudgetStanding standing, decimal? share, DateTimeOffset ends, DateTimeOffset? renews, WebhookMarks marks, DateTimeOffset now)
    {
        if (marks.Count + _pending.Count >= MostMarks && kind != NoticeKind.Renewed)
        {
            if (!_isFull)
            {
                Log.Full(logger, MostMarks);
            }
            _isFull = true;
            return;
        }
        _isFull = false;
        var sender = SenderOf(mark.Webhook);
        if (!sender.IsFull)
        {
            var id = WebhookBody.IdOf(mark, ends);
            _pending.Add(mark);
            sender.Take(new WebhookNotice(mark, ends, id, WebhookBody.Write(id, kind, share, standing, renews, now), now + Patience));
        }
    }

    private void Ended(WebhookNotice notice, bool isTold)
    {
        lock (_lock)
        {
            _pending.Remove(notice.Mark);
            if (!isTold)
            {
                return;
            }
            var marks = _marks!;
            if (notice.Mark.What == WebhookMarks.Renewed)
            {
                marks.Forget(new Dictionary<WebhookMark, DateTimeOffset> { [notice.Mark] = notice.Ends });
            }
            else
            {
                marks.Add(notice.Mark, notice.Ends);
            }
            marks.Save();
        }
    }

    private WebhookSender SenderOf(string webhook)
    {
        if (!_senders.TryGetValue(webhook, out var sender))
        {
            sender = _senders[webhook] = new WebhookSender(webhook, snapshots, transport, metrics, claims, clock, Ended, logger);
            _ = sender.RunAsync(_stop.Token);
        }
        return sender;
    }

    private static partial class Log
    {
        [LoggerMessage(1402, LogLevel.Error, "Looking at budgets failed.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(1403, LogLevel.Warning, "More than {Most} things are to be told of budgets: further ones are told when others' periods are over.")]
        public static partial void Full(ILogger logger, int most);
    }
}
