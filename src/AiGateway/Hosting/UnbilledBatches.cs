using AiGateway.Admission;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Hosting;

/// <summary>What batches hold of budgets whose cost is not known yet, by the list of batches: for counters that begin anew.</summary>
internal sealed partial class UnbilledBatches(IObjectStore objects, SnapshotHolder snapshots, TimeProvider clock, ILogger<UnbilledBatches> logger)
{
    // No period is longer: what a batch of before held is over.
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(366);

    /// <summary>What they hold of limits.</summary>
    /// <param name="limits">The limits: those in force, or about to be.</param>
    /// <returns>Null where the list of batches cannot be read.</returns>
    public async Task<IReadOnlyList<HeldByBatch>?> HeldAsync(LimitTable limits)
    {
        if (!limits.CountMoney)
        {
            return [];
        }
        try
        {
            var batches = await objects.ListUnbilledAsync(clock.GetUtcNow() - LongestPeriod, CancellationToken.None);
            return batches.Count == 0 ? [] : [.. HeldOf(batches, limits)];
        }
        catch (StoreException e)
        {
            Log.Unknown(logger, e.Message);
            return null;
        }
    }

    private IEnumerable<HeldByBatch> HeldOf(IReadOnlyList<OwnedObject> batches, LimitTable limits)
    {
        var snapshot = snapshots.Current;
        var callers = snapshot.Callers.All.ToLookup(static caller => caller.Id, StringComparer.Ordinal);
        foreach (var batch in batches)
        {
            if (batch.Terms is not { Hold: { } hold } terms)
            {
                continue;
            }
            // Of a key that is there no longer only its name is known.
            var caller = callers[batch.CallerId].FirstOrDefault(caller => caller.Tenant == batch.Tenant) ?? CallerModel.Anonymous with { Id = batch.CallerId };
            var name = new StoredObject(batch.DeploymentId, batch.Tenant, batch.UpstreamId).BatchName;
            foreach (var (limit, value) in BatchSubjects.Of(limits, caller, terms.Tags, snapshot.Aliases.Find(terms.Model)?.Name, snapshot.Deployments.GetValueOrDefault(batch.DeploymentId)))
            {
                yield return new HeldByBatch(name, batch.Created, limit, value, caller.Organisation, limit.WorstCase ? hold.Most : hold.Expected);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1305, LogLevel.Error, "What batches under way hold of budgets is not known, because the list of batches cannot be read: {Reason}")]
        public static partial void Unknown(ILogger logger, string reason);
    }
}
