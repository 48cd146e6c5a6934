using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;

namespace AiGateway.Storage.Ledger;

/// <summary>Where no ledger is kept: each question is answered with how to keep one.</summary>
internal sealed class NoLedgerReader : ILedgerReader
{
    public IReadOnlyList<LedgerGroup> Sum(LedgerQuery query) => throw Off();

    public IReadOnlyList<LedgerGroup> Adjustments(LedgerQuery query) => throw Off();

    public string Name() => "none";

    public long Version() => throw Off();

    public void Read(DateTimeOffset day, Action<LedgerCall> visit) => throw Off();

    private static LedgerStoreException Off() => new("No ledger is kept: host.ledger.store is 'off'. Take the line out of the routing file, or write sqlite, and restart.");
}
