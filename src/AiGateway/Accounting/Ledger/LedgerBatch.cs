namespace AiGateway.Accounting.Ledger;

/// <summary>What is committed together.</summary>
internal sealed class LedgerBatch
{
    /// <summary>Settled requests, in the order in which they settled.</summary>
    public List<LedgerRequest> Requests { get; } = [];

    /// <summary>Calls whose request had not settled when they were noted.</summary>
    public List<LedgerIntent> Intents { get; } = [];

    /// <summary>How many entries there are.</summary>
    public int Count => Requests.Count + Intents.Count;

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Requests.Clear();
        Intents.Clear();
    }
}
