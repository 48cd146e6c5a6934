using AiGateway.Accounting.Corrections;
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

    /// <summary>Its corrections, to look at.</summary>
    ICorrectionStore Corrections();

    /// <summary>Its corrections, to add some.</summary>
    ICorrectionStore CorrectionsToWrite();

    /// <summary>Takes away a trigger that refuses changes of a table.</summary>
    void DropTrigger(string table, string trigger);

    /// <summary>Runs SQL of a test beside the store, as whoever has the store can.</summary>
    object? Tamper(string text);
}
