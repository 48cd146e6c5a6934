using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;

namespace AiGateway.Forwarding;

/// <summary>Records what a batch consumed, once: when it is first seen to have ended with its usage, or when its result is first read to the end.</summary>
/// <remarks>
/// The mark in the store is taken before the record is written, so that of any number of readers, on this day or after a
/// restart, one records. A crash between the two loses the record, as it loses any that waits for its file. Where the store
/// cannot be used nothing is recorded, and the next reader tries again.
/// </remarks>
internal sealed partial class BatchSettlement(
    IObjectStore store, ObjectIds ids, ICostCalculator costs, IEnumerable<IRequestObserver> observers, TimeProvider clock, ILogger<BatchSettlement> logger)
{
    private readonly IRequestObserver[] _observers = [.. observers];

    /// <summary>Begins to meter a result that is about to be read.</summary>
    /// <returns>Null when the batch's cost is recorded already.</returns>
    public async ValueTask<BatchMeter?> OpenAsync(Exchange exchange, AttemptRecord attempt, StoredObject batch)
    {
        try
        {
            if (await store.IsBilledAsync(batch, CancellationToken.None))
            {
                return null;
            }
        }
        catch (StoreException e)
        {
            // Perhaps it can be used when the result has been read.
            Log.NotRecorded(logger, exchange.Id, e.Message);
        }
        return new BatchMeter(this, exchange, attempt.Deployment, batch, await FindAsync(exchange, batch));
    }

    /// <summary>Records a batch by what its object says, where it says so; else it waits for its result to be read.</summary>
    public async ValueTask SettleWholeAsync(Exchange exchange, DeploymentModel deployment, StoredObject batch, ProviderObject seen)
    {
        var (answered, failed) = seen.Requests;
        // Where it was stopped before anything was answered, some providers count nothing at all.
        var isNothing = answered == 0 && (failed > 0 || seen.IsStopped) && !seen.OutputFile.Exists;
        if (seen.Usage is not { } usage || usage.InputTokens + usage.OutputTokens == 0)
        {
            if (!isNothing)
            {
                return;
            }
            usage = new Usage();
        }
        usage = usage with { Requests = isNothing ? 0 : (int)Math.Clamp(answered, 1, int.MaxValue) };
        var row = await FindAsync(exchange, batch);
        var cost = CostOf(exchange, deployment, batch, seen.Model, usage, row);
        await RecordAsync(exchange, deployment, batch, row, new BatchTotal(usage, cost, answered, failed, seen.Model));
    }

    /// <summary>What a usage costs at the provider's price of batches, as it was when the batch was made.</summary>
    public Cost CostOf(Exchange exchange, DeploymentModel deployment, StoredObject batch, string? responseModel, Usage usage, OwnedObject? row) =>
        costs.Calculate(exchange.Snapshot, deployment, UpstreamModel(exchange.Snapshot, deployment, batch), responseModel, Cost.BatchTier, usage, MadeAt(exchange, batch, row));

    /// <summary>Writes the record, unless somebody else has.</summary>
    /// <param name="exchange">The request that saw it.</param>
    /// <param name="deployment">Where the batch ran.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="row">Who made it, and when; null when that is not known.</param>
    /// <param name="total">What it came to.</param>
    public async ValueTask RecordAsync(Exchange exchange, DeploymentModel deployment, StoredObject batch, OwnedObject? row, BatchTotal total)
    {
        var now = clock.GetUtcNow();
        var id = RequestId.New(now);
        try
        {
            if (!await store.MarkBilledAsync(batch, id, now, total.Cost.Total is not null, CancellationToken.None))
            {
                return;
            }
        }
        catch (StoreException e)
        {
            Log.NotRecorded(logger, exchange.Id, e.Message);
            return;
        }
        var record = new RequestRecord(ExchangeOf(exchange, deployment, batch, row, total, id, now), TimeSpan.Zero);
        foreach (var observer in _observers)
        {
            try
            {
                observer.OnSettled(record);
            }
            catch (Exception e)
            {
                // One observer's fault must not cost the others their record.
                Log.ObserverFailed(logger, observer.GetType().Name, id, e);
            }
        }
    }

    private Exchange ExchangeOf(Exchange exchange, DeploymentModel deployment, StoredObject batch, OwnedObject? row, BatchTotal total, string id, DateTimeOffset now)
    {
        var alias = exchange.Snapshot.Aliases.Find(batch.Model!);
        var isAnthropic = exchange.Request!.Operation == Operation.MessageBatches;
        var created = new Exchange
        {
            Id = id,
            Snapshot = exchange.Snapshot,
            StartedAt = now,
            StartTimestamp = clock.GetTimestamp(),
            Batch = new BatchFigures(ids.Seal(ObjectPaths.PrefixOf(isAnthropic ? Operation.MessageBatches : Operation.Batches), batch), batch.BatchName, MadeAt(exchange, batch, row), total.Answered, total.Failed),
            Caller = CreatorOf(exchange, batch, row),
            Request = new GatewayRequest { Operation = Operation.Batch, Model = batch.Model!, Facts = RequestReaderMiddleware.NoFacts, Tags = row?.Terms?.Tags ?? [] },
            Plan = alias is null ? null : new Plan { Alias = alias, Deployments = [deployment] },
            Answering = new AttemptRecord(deployment, UpstreamModel(exchange.Snapshot, deployment, batch), null) { Outcome = AttemptOutcome.Succeeded, Usage = total.Usage, Cost = total.Cost },
            ResponseModel = total.Model,
            ServiceTier = Cost.BatchTier,
            Usage = total.Usage,
            Cost = total.Cost,
            Outcome = RequestOutcome.Completed,
            Status = StatusCodes.Status200OK,
        };
        // The ledger sums by the tags of the request that made it. Whether they are allowed was checked then.
        TagCheck.Run(created, needsAll: false);
        return created;
    }

    private async ValueTask<OwnedObject?> FindAsync(Exchange exchange, StoredObject batch)
    {
        try
        {
            return await store.FindAsync(batch, CancellationToken.None);
        }
        catch (StoreException e)
        {
            Log.NotRecorded(logger, exchange.Id, e.Message);
            return null;
        }
    }

    /// <summary>The key that made the batch. Whoever reads its result is of the same tenant, and stands in where that key is not known any more.</summary>
    private static CallerModel CreatorOf(Exchange exchange, StoredObject batch, OwnedObject? row)
    {
        var id = batch.Origin?.CallerId ?? row?.CallerId;
        foreach (var caller in exchange.Snapshot.Callers.All)
        {
            if (caller.Id == id && caller.Tenant == batch.Tenant)
            {
                return caller;
            }
        }
        return exchange.Caller;
    }

    private static DateTimeOffset MadeAt(Exchange exchange, StoredObject batch, OwnedObject? row) => batch.Origin?.At ?? row?.Created ?? exchange.StartedAt;

    private static string UpstreamModel(Snapshot snapshot, DeploymentModel deployment, StoredObject batch) =>
        deployment.UpstreamModel ?? (snapshot.Aliases.Find(batch.Model!) is { IsWildcard: true } alias ? batch.Model![alias.PrefixLength..] : batch.Model!);

    private static partial class Log
    {
        [LoggerMessage(4132, LogLevel.Error, "A batch's cost could not be recorded with request {RequestId}, because the store of files and batches cannot be used; it will be when the batch or its result is read again: {Reason}")]
        public static partial void NotRecorded(ILogger logger, string requestId, string reason);

        [LoggerMessage(4133, LogLevel.Error, "{Observer} failed on the record {RecordId} of a batch.")]
        public static partial void ObserverFailed(ILogger logger, string observer, string recordId, Exception exception);
    }
}
