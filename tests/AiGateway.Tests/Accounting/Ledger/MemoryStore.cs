using AiGateway.Accounting.Ledger;

namespace AiGateway.Tests.Accounting.Ledger;

/// <summary>A store in memory that fails when it is told to.</summary>
internal sealed class MemoryStore : ILedgerStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LedgerRequest> _requests = [];
    private readonly List<LedgerIntent> _intents = [];

    /// <summary>Whether each call fails.</summary>
    public volatile bool IsAway;

    /// <summary>How often a request came that was there already.</summary>
    public int Repetitions { get; private set; }

    /// <summary>What is in it.</summary>
    public IReadOnlyList<LedgerRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests.Values];
            }
        }
    }

    public int Append(LedgerBatch batch)
    {
        FailWhenAway();
        lock (_lock)
        {
            var added = 0;
            foreach (var request in batch.Requests)
            {
                added += Add(request) ? 1 : 0;
            }
            _intents.AddRange(batch.Intents);
            _intents.RemoveAll(intent => _requests.ContainsKey(intent.Request.Id));
            return added;
        }
    }

    public int SettleIntents(string process)
    {
        FailWhenAway();
        lock (_lock)
        {
            var lost = _intents.Where(intent => intent.Process == process).GroupBy(intent => intent.Request.Id).ToList();
            lost.ForEach(group => Add(LedgerRequests.Lost([.. group])));
            _intents.RemoveAll(intent => intent.Process == process);
            return lost.Count;
        }
    }

    public long Sweep(DateTimeOffset limit)
    {
        FailWhenAway();
        return 0;
    }

    public void Dispose()
    {
    }

    private bool Add(LedgerRequest request)
    {
        var isNew = _requests.TryAdd(request.Id, request);
        Repetitions += isNew ? 0 : 1;
        return isNew;
    }

    private void FailWhenAway()
    {
        if (IsAway)
        {
            throw new LedgerStoreException("The store is away.");
        }
    }
}
