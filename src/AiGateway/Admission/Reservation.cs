using System.Runtime.InteropServices;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>What one exchange holds of the limits, from its admission to its end.</summary>
/// <remarks>
/// What the caller, its team and the alias may use is held once for the exchange and raised when another attempt costs more;
/// what a deployment and its provider may take is held for each attempt anew. At the end all that attempts consumed is counted,
/// whatever became of them, and the rest is free again. A session counts what it consumes answer by answer, and holds the next one.
/// </remarks>
internal sealed class Reservation(AdmissionServices services, Exchange exchange) : AttemptAdmission, IAsyncDisposable
{
    // For the time of one decision, in which nothing waits.
    [ThreadStatic]
    private static List<Claim>? _claims;

    private readonly List<Hold> _holds = new(4);
    private readonly SharedLimits? _shared = exchange.Snapshot.Limits.AreShared ? services.Shared : null;
    private List<Hold>? _attemptHolds;
    private SharedHold? _exact;
    private int _tries;
    private List<LimitRefusal>? _shadows;
    private DeploymentModel? _pricedFor;
    private Demand _learned;
    private Demand _worst;
    private Demand _booked;
    private Demand _bookedExact;
    private string? _bookedIn;
    private int _bookings;

    /// <summary>What is held for the exchange.</summary>
    public ReadOnlySpan<Hold> Holds => CollectionsMarshal.AsSpan(_holds);

    /// <summary>Holds what the exchange may come to at all limits of its caller, alias and tags, or at none.</summary>
    /// <param name="spent">A budget that is spent and whose cheaper alias is now planned for: that one goes on beyond it.</param>
    /// <param name="requestsOnly">Whether it will take no tokens and no money, because it is answered from a cache or not at all.</param>
    /// <returns>Null when it may go on.</returns>
    public ValueTask<LimitRefusal?> TryHoldAsync(LimitModel? spent = null, bool requestsOnly = false)
    {
        // What the gateway asks itself costs its caller tokens and money, and no request: that one is counted.
        Price(exchange.Plan!.Deployments[0], requests: exchange.OwnCall is null ? 1 : 0);
        var claims = EmptyClaims();
        foreach (var limit in exchange.Snapshot.Limits.Of(exchange.Caller))
        {
            if (!ReferenceEquals(limit, spent) && Subjects.KeyOf(limit, exchange) is { } key)
            {
                claims.Add(new Claim(limit, key, requestsOnly ? new Demand(1, 0, 0, 0) : DemandFor(limit), exchange.Caller.Organisation));
            }
        }
        _shadows = null;
        return _shared is null ? new(services.Limiter.TryHold(CollectionsMarshal.AsSpan(claims), newRequest: true, _holds, ref _shadows)) : HoldSharedAsync(_shared, [.. claims]);
    }

    /// <summary>Counts what <see cref="TryHoldAsync"/> came to in the end: one that waits asks several times, and is decided once.</summary>
    public void Decided(LimitRefusal? refusal) => services.Metrics.Decided(refusal, _shadows);

    /// <inheritdoc/>
    public override async ValueTask<Rejection?> TryEnterAsync(DeploymentModel deployment)
    {
        if (!ReferenceEquals(deployment, _pricedFor) && await TryRaiseAsync(deployment) is { } tooDear)
        {
            _pricedFor = null;
            return RejectionFor(tooDear);
        }
        var limits = exchange.Snapshot.Limits.OfAttempt;
        if (limits.Length == 0)
        {
            return null;
        }
        var claims = EmptyClaims();
        foreach (var limit in limits)
        {
            if (Subjects.ValueOf(limit, deployment) is var value && limit.Covers(value))
            {
                claims.Add(new Claim(limit, value, DemandFor(limit) with { Requests = 1 }));
            }
        }
        return claims.Count > 0 && await HoldOfAttemptAsync(claims) is { } refusal ? RejectionFor(refusal) : null;
    }

    /// <inheritdoc/>
    public override async ValueTask<Rejection?> TryGoOnAsync(AttemptRecord attempt)
    {
        var last = UsedBy(attempt) - _booked;
        _booked += last;
        services.Limiter.Book(CollectionsMarshal.AsSpan(_holds), last);
        services.Limiter.Book(CollectionsMarshal.AsSpan(_attemptHolds), last);
        if (_exact is not null)
        {
            // In a store that was lost since, all that the session used is missing.
            var unbooked = Consumed() - BookedInStore;
            (_bookedExact, _bookedIn) = (BookedInStore + unbooked, _exact.Epoch);
            await _shared!.BookAsync(_exact, ++_bookings, unbooked);
        }
        var refusal = await TryRaiseAsync(_holds, last, _exact);
        if (refusal is null && _attemptHolds is { Count: > 0 } ofAttempt)
        {
            refusal = await TryRaiseAsync(ofAttempt, last, exact: null);
        }
        if (refusal is null)
        {
            return null;
        }
        services.Metrics.Decided(refusal, null);
        return RefusalText.Of(refusal, exchange);
    }

    /// <inheritdoc/>
    public override async ValueTask<BatchHold?> KeepForBatchAsync(string batch)
    {
        if (exchange.Request!.NewBatch is null || !exchange.Snapshot.Limits.CountMoney)
        {
            return null;
        }
        var shared = _shared is null ? [] : SharedHoldsOf(batch, exchange.Attempts[^1].Deployment);
        foreach (var (_, booking) in shared.Where(static hold => hold.Use.Limit.Sharing == LimitSharing.Exact))
        {
            // Told before what the request holds is free again: in between both count, never neither.
            await _shared!.HoldBatchAsync(booking);
        }
        services.Limiter.KeepForBatch(CollectionsMarshal.AsSpan(_holds), batch, limit => DemandFor(limit).NanoUsd);
        services.Limiter.KeepForBatch(CollectionsMarshal.AsSpan(_attemptHolds), batch, limit => DemandFor(limit).NanoUsd);
        foreach (var (use, booking) in shared)
        {
            if (use is { Limit.Sharing: LimitSharing.Leased, Lease: { } lease })
            {
                await _shared!.HoldBatchAsync(lease, booking);
            }
        }
        return new BatchHold(_learned.NanoUsd, _worst.NanoUsd);
    }

    /// <summary>What a caller reads when a limit refuses.</summary>
    public Rejection RejectionFor(LimitRefusal refusal) => RefusalText.Of(refusal, exchange, exchange.Request!.NewBatch is null ? null : DemandFor(refusal.Limit).NanoUsd);

    /// <inheritdoc/>
    public override void Leave(AttemptRecord attempt)
    {
        if (_attemptHolds is { Count: > 0 } holds)
        {
            services.Limiter.Settle(CollectionsMarshal.AsSpan(holds), UsedBy(attempt) - _booked);
            holds.Clear();
        }
        // Whatever is tried next, even the same deployment, comes on top of what this one consumed.
        _pricedFor = attempt.Usage is null ? _pricedFor : null;
    }

    /// <summary>Counts what was used, frees the rest, and learns for the next ones.</summary>
    public ValueTask DisposeAsync()
    {
        var consumed = Consumed();
        services.Limiter.Settle(CollectionsMarshal.AsSpan(_holds), consumed - _booked);
        _holds.Clear();
        if (_exact is not null)
        {
            _shared!.Settle(_exact, consumed - BookedInStore);
            _exact = null;
        }
        services.Queue.Freed(exchange);
        if (exchange.Attempts is [.., var last])
        {
            // The one that answered; or one that a fault of ours ended, and nobody has left yet.
            Leave(exchange.Answering ?? last);
        }
        if (exchange is { Answering: { } answering, Outcome: RequestOutcome.Completed })
        {
            if (exchange.Session is null && answering.Usage is { Estimated: false } usage)
            {
                services.Metrics.Learned(exchange.Plan!.Alias.Name, _learned, usage.InputTokens, usage.OutputTokens);
            }
            services.Estimates.Learn(exchange, answering);
        }
        return ValueTask.CompletedTask;
    }

    private Demand BookedInStore => _exact?.Epoch is { } epoch && epoch == _bookedIn ? _bookedExact : default;

    /// <summary>What a batch holds of limits that nodes share.</summary>
    private List<(SubjectUse Use, BatchBooking Booking)> SharedHoldsOf(string batch, DeploymentModel deployment)
    {
        var found = new List<(SubjectUse, BatchBooking)>();
        foreach (var (limit, value) in BatchSubjects.Of(exchange.Snapshot.Limits, exchange.Caller, exchange.Request!.Tags, exchange.Plan!.Alias.Name, deployment))
        {
            if (limit.Sharing == LimitSharing.Local)
            {
                continue;
            }
            foreach (var hold in limit.IsOfAttempt ? _attemptHolds ?? [] : _holds)
            {
                // Not all that apply are held: a budget that is spent lets its cheaper alias pass.
                if (hold.Use.Limit.Id == limit.Id)
                {
                    var claim = new Claim(limit, value, default, limit.IsOfAttempt ? null : exchange.Caller.Organisation);
                    found.Add((hold.Use, new BatchBooking(batch, claim, exchange.StartedAt, DemandFor(limit).NanoUsd, BatchBookingKind.Hold)));
                }
            }
        }
        return found;
    }

    private static List<Claim> EmptyClaims()
    {
        var claims = _claims ??= new List<Claim>(8);
        claims.Clear();
        return claims;
    }

    private async ValueTask<LimitRefusal?> HoldOfAttemptAsync(List<Claim> claims)
    {
        List<LimitRefusal>? shadows = null;
        LimitRefusal? refusal;
        _attemptHolds ??= new List<Hold>(2);
        if (_shared is null)
        {
            refusal = services.Limiter.TryHold(CollectionsMarshal.AsSpan(claims), newRequest: true, _attemptHolds, ref shadows);
        }
        else
        {
            // What a deployment and a provider may take is for all organisations, and so leased.
            (refusal, shadows) = await _shared.TryHoldAsync([.. claims], _attemptHolds, exact: null);
        }
        services.Metrics.Decided(refusal, shadows);
        return refusal;
    }

    private async ValueTask<LimitRefusal?> HoldSharedAsync(SharedLimits shared, Claim[] claims)
    {
        // Each try has a name of its own: what became of the one before may still be told.
        var exact = Array.FindAll(claims, static claim => claim.Limit.Sharing == LimitSharing.Exact) is { Length: > 0 } all
            ? new SharedHold(++_tries == 1 ? exchange.Id : $"{exchange.Id}.{_tries}", SharedHold.TagOf(exchange.Caller.Organisation)) { Claims = all } : null;
        (var refusal, _shadows) = await shared.TryHoldAsync(claims, _holds, exact);
        _exact = refusal is null ? exact : null;
        return refusal;
    }

    private ValueTask<LimitRefusal?> TryRaiseAsync(DeploymentModel deployment)
    {
        Price(deployment, requests: 0);
        var consumed = Consumed();
        return _shared is null
            ? new(services.Limiter.TryRaise(CollectionsMarshal.AsSpan(_holds), limit => DemandFor(limit) + consumed))
            : _shared.TryRaiseAsync(_holds, limit => DemandFor(limit) + consumed, _exact);
    }

    // What the last answer took, the next may; and a little more than is held, so that what is used up meanwhile is seen whatever is held.
    private ValueTask<LimitRefusal?> TryRaiseAsync(List<Hold> holds, Demand expected, SharedHold? exact)
    {
        var most = default(Demand);
        foreach (ref readonly var hold in CollectionsMarshal.AsSpan(holds))
        {
            most = Demand.Larger(most, hold.Demand);
        }
        var target = Demand.Larger(expected, most + new Demand(0, 1, 1, 1));
        return _shared is null
            ? new(services.Limiter.TryRaise(CollectionsMarshal.AsSpan(holds), _ => target))
            : _shared.TryRaiseAsync(holds, _ => target, exact);
    }

    private Demand DemandFor(LimitModel limit) => limit.WorstCase ? _worst : _learned;

    private void Price(DeploymentModel deployment, long requests)
    {
        var plan = exchange.Plan!;
        var model = plan.UpstreamModelFor(deployment);
        (_learned, _worst) = services.Estimates.For(exchange, deployment, model, requests);
        _pricedFor = deployment;
    }

    private Demand Consumed()
    {
        var sum = default(Demand);
        foreach (var attempt in exchange.Attempts)
        {
            sum += UsedBy(attempt);
        }
        return sum;
    }

    private static Demand UsedBy(AttemptRecord attempt) =>
        attempt.Usage is { } usage ? new Demand(0, usage.InputTokens, usage.OutputTokens, Demand.ToNano(attempt.Cost?.Total ?? 0)) : default;
}
