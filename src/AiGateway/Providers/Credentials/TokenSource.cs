namespace AiGateway.Providers.Credentials;

/// <summary>One token for all callers: fetched once when it is first needed, then replaced ahead of its expiry, beside the requests.</summary>
/// <remarks>
/// (1) A token that is usable is returned at once.
/// (2) Without one, all who ask wait for one fetch. It belongs to none of them: a caller who hangs up stops waiting, not the fetch.
/// (3) A timer fetches the next one ahead of expiry; when that fails it tries again, with growing pauses, while the old one still serves.
/// (4) Without an old one too it is tried again beside the requests, as long as somebody asks now and then; until it succeeds
/// they are told the last cause at once, because an issuer that is away takes its time to say so.
/// </remarks>
/// <param name="fetch">Fetches a token.</param>
/// <param name="clock">The clock.</param>
/// <param name="onFetched">Told of each fetch: how long it took, and why it failed; null when it did not.</param>
internal sealed class TokenSource<T>(Func<CancellationToken, Task<FetchedToken<T>>> fetch, TimeProvider clock, Action<TimeSpan, string?>? onFetched = null)
    where T : class
{
    /// <summary>The longest that a fetch may take.</summary>
    public static readonly TimeSpan LongestFetch = TimeSpan.FromSeconds(30);

    // The request that carries a token takes its time, and the issuer's clock is not ours.
    private static readonly TimeSpan SafetyMargin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestAhead = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(30);
    // Lasting credentials are read again too: files and variables behind them are replaced.
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    // Longer than any cooldown of a deployment is likely to be.
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private Held? _held;
    private Task<Outcome>? _fetching;
    private Failure? _failure;
    private ITimer? _timer;
    private DateTimeOffset _askedAt;
    private int _failures;
    private bool _retired;

    /// <summary>When the token that is held expires; null without one, and for one that does not.</summary>
    public DateTimeOffset? ExpiresAt => Volatile.Read(ref _held)?.ExpiresAt;

    /// <summary>The token.</summary>
    /// <exception cref="TokenException">There is none, and fetching one failed.</exception>
    public ValueTask<T> GetAsync(CancellationToken cancellationToken)
    {
        var held = Volatile.Read(ref _held);
        return held is not null && held.UsableUntil > clock.GetUtcNow() ? new ValueTask<T>(held.Value) : WaitAsync(cancellationToken);
    }

    /// <summary>A provider refused the token: the next one is fetched early, unless this one is brand-new.</summary>
    public void Doubt()
    {
        lock (_lock)
        {
            if (!_retired && _fetching is null && _held is { } held && clock.GetUtcNow() - held.FetchedAt >= ShortestInterval)
            {
                _fetching = StartUnsynchronized();
            }
        }
    }

    /// <summary>Stops fetching ahead, because no configuration in force needs the token. Requests that still do fetch for themselves.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _retired = true;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private async ValueTask<T> WaitAsync(CancellationToken cancellationToken)
    {
        Task<Outcome> fetching;
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (_held is { } held && held.UsableUntil > now)
            {
                return held.Value;
            }
            _askedAt = now;
            if (_failure is { } failure && failure.RememberedUntil > now)
            {
                throw new TokenException(failure.Cause);
            }
            fetching = _fetching ??= StartUnsynchronized();
        }
        var outcome = await fetching.WaitAsync(cancellationToken);
        return outcome.Value ?? throw new TokenException(outcome.Cause!);
    }

    private Task<Outcome> StartUnsynchronized()
    {
        // On a thread of its own, because SDKs read files and wait where they say they do not;
        // without the request's context, because the fetch is no part of its trace.
        Task<Outcome> fetching;
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            fetching = Task.Run(FetchAsync);
        }
        return fetching;
    }

    private async Task<Outcome> FetchAsync()
    {
        var begun = clock.GetTimestamp();
        try
        {
            using var limit = new CancellationTokenSource(LongestFetch, clock);
            var fetched = await fetch(limit.Token).WaitAsync(limit.Token);
            var kept = Keep(fetched);
            onFetched?.Invoke(clock.GetElapsedTime(begun), null);
            return kept;
        }
#pragma warning disable CA1031 // Whatever an SDK throws means the same: no token, and the cause goes to whoever waits.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            var cause = FailureCause.Of(failure, LongestFetch);
            Fail(cause);
            onFetched?.Invoke(clock.GetElapsedTime(begun), cause);
            return new Outcome(null, cause);
        }
    }

    private Outcome Keep(FetchedToken<T> fetched)
    {
        var now = clock.GetUtcNow();
        var lifetime = (fetched.ExpiresAt ?? DateTimeOffset.MaxValue) - now;
        if (lifetime <= TimeSpan.Zero)
        {
            throw new TokenException("the token that came has expired already; is the clock of this machine right?");
        }
        var usableUntil = fetched.ExpiresAt - Shorter(SafetyMargin, lifetime / 2) ?? DateTimeOffset.MaxValue;
        lock (_lock)
        {
            _fetching = null;
            _failure = null;
            _failures = 0;
            Volatile.Write(ref _held, new Held(fetched.Value, now, usableUntil, fetched.ExpiresAt));
            ScheduleUnsynchronized(IntervalOf(fetched, lifetime, now));
        }
        return new Outcome(fetched.Value, null);
    }

    private void Fail(string cause)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            _fetching = null;
            var pause = Shorter(FirstPause * Math.Pow(2, Math.Min(_failures, 10)), LongestPause);
            var again = !_retired && ((_held is { } held && held.UsableUntil > now) || now - _askedAt < GivenUpAfter);
            // Until the next try has had its time; where none follows, for a pause, so that a crowd does not become a crowd of fetches.
            _failure = new Failure(cause, now + (again ? pause + LongestFetch : pause));
            if (again)
            {
                ScheduleUnsynchronized(pause);
            }
            _failures++;
        }
    }

    /// <summary>How long until the next fetch: a tenth of the lifetime ahead of expiry and at least five minutes, for short-lived tokens half of it.</summary>
    private static TimeSpan IntervalOf(FetchedToken<T> fetched, TimeSpan lifetime, DateTimeOffset now)
    {
        if (fetched.ExpiresAt is null)
        {
            return fetched.RefreshAt is { } again ? Longer(again - now, ShortestInterval) : LongestInterval;
        }
        var ahead = Shorter(lifetime / 2, Longer(ShortestAhead, lifetime / 10));
        var interval = Shorter(lifetime - ahead, fetched.RefreshAt is { } at ? at - now : TimeSpan.MaxValue);
        return Shorter(Longer(interval, Shorter(ShortestInterval, lifetime / 2)), LongestTimer);
    }

    private void ScheduleUnsynchronized(TimeSpan after)
    {
        if (_retired)
        {
            return;
        }
        _timer ??= clock.CreateTimer(static self => ((TokenSource<T>)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(after, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (!_retired)
            {
                _fetching ??= StartUnsynchronized();
            }
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private sealed record Held(T Value, DateTimeOffset FetchedAt, DateTimeOffset UsableUntil, DateTimeOffset? ExpiresAt);

    private sealed record Outcome(T? Value, string? Cause);

    private sealed record Failure(string Cause, DateTimeOffset RememberedUntil);
}
