using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Storage.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>An empty ledger of either store, for one test.</summary>
internal interface ILedgerHome : IDisposable
{
    ILedgerStore Store { get; }

    ILedgerReader Reader { get; }

    ILedgerAudit Audit { get; }

    /// <summary>Runs SQL of a test beside the store, as whoever has the store can.</summary>
    object? Tamper(string text);

    /// <summary>Takes away what refuses changes.</summary>
    void DropTriggers();
}
