using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Counts what a whole batch cost against the budgets of the key that made it: when it was admitted, nobody knew.</summary>
internal sealed class BatchSpend(Limiter limiter, SnapshotHolder snapshots) : IRequestObserver
{
    /// <inheritdoc/>
    public void OnSettled(RequestRecord record)
    {
        if (record is not { Batch: not null, Cost.Total: { } cost, Answering: { } answering })
        {
            return;
        }
        var (limits, spent) = (snapshots.Current.Limits, Demand.ToNano(cost));
        foreach (var limit in limits.OfExchange)
        {
            if (Subjects.ValueOf(limit, record.Caller, record.User, record.Tags, record.Alias) is { } value && limit.Covers(value))
            {
                limiter.RestoreSpend(limit, Subjects.KeyOf(limit, record.Caller, value), TimeSpan.Zero, spent);
            }
        }
        foreach (var limit in limits.OfAttempt)
        {
            if (Subjects.ValueOf(limit, answering.Deployment) is var value && limit.Covers(value))
            {
                limiter.RestoreSpend(limit, value, TimeSpan.Zero, spent);
            }
        }
    }
}
