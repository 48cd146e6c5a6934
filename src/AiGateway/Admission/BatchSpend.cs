using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Counts what a batch cost against the budgets of the key that made it, in place of what it held until then.</summary>
internal sealed class BatchSpend(Limiter limiter, SnapshotHolder snapshots, SharedLimits? shared = null) : IRequestObserver
{
    /// <inheritdoc/>
    public void OnSettled(RequestRecord record)
    {
        if (record is not { Batch: { } batch, Cost.Total: { } cost, Answering: { } answering })
        {
            // Where nobody knows what it cost, what it held stands for it.
            return;
        }
        var spent = Demand.ToNano(cost);
        foreach (var (limit, value) in BatchSubjects.Of(snapshots.Current.Limits, record.Caller, record.Tags, record.Alias, answering.Deployment))
        {
            limiter.CountBatch(limit, value, batch.Name, spent);
            if (limit.Sharing != LimitSharing.Local)
            {
                shared?.CountBatch(new BatchBooking(batch.Name, new Claim(limit, value, default, record.Caller.Organisation), batch.Created, spent, BatchBookingKind.Cost));
            }
        }
    }
}
