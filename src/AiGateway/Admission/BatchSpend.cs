using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Counts what a whole batch cost against the budgets of the key that made it: when it was admitted, nobody knew.</summary>
internal sealed class BatchSpend(Limiter limiter, SnapshotHolder snapshots, SharedLimits? shared = null) : IRequestObserver
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
                Count(limit, Subjects.KeyOf(limit, record.Caller, value));
            }
        }
        foreach (var limit in limits.OfAttempt)
        {
            if (Subjects.ValueOf(limit, answering.Deployment) is var value && limit.Covers(value))
            {
                Count(limit, value);
            }
        }

        void Count(LimitModel limit, string value)
        {
            limiter.RestoreSpend(limit, value, TimeSpan.Zero, spent);
            if (limit.Sharing != LimitSharing.Local)
            {
                shared?.Count(record.Id, new Claim(limit, value, default, record.Caller.Organisation), spent);
            }
        }
    }
}
