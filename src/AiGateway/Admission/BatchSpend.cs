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
        foreach (var limit in snapshots.Current.Limits)
        {
            var value = limit.Subject switch
            {
                LimitSubject.Deployment => answering.Deployment.Id,
                LimitSubject.Provider => answering.Deployment.Provider.Id,
                _ => Subjects.ValueOf(limit, record.Caller, record.User, record.Tags, record.Alias),
            };
            if (value is not null && limit.Covers(value))
            {
                limiter.RestoreSpend(limit, limit.IsOfAttempt ? value : Subjects.KeyOf(limit, record.Caller, value), TimeSpan.Zero, Demand.ToNano(cost));
            }
        }
    }
}
