using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Storage.Ledger;
using AiGateway.Storage.Postgres;

namespace AiGateway.Storage;

/// <summary>Where a ledger lies, for whoever looks at it beside the gateway.</summary>
internal sealed class LedgerPlace : IDisposable
{
    private readonly string _file = "";
    private readonly PostgresDatabase? _database;

    /// <summary>A SQLite file.</summary>
    public LedgerPlace(string file) => _file = file;

    /// <summary>A PostgreSQL.</summary>
    public LedgerPlace(PostgresAddress address) => _database = new PostgresDatabase(address);

    /// <summary>Reads its sums.</summary>
    public ILedgerReader Reader() => _database is null ? new SqliteLedgerReader(_file) : new PostgresLedgerReader(_database);

    /// <summary>Verifies, counts, erases and backs it up.</summary>
    public ILedgerAudit Audit(TimeProvider clock) => _database is null ? new LedgerAudit(_file, clock) : new PostgresLedgerAudit(_database);

    /// <summary>Its corrections, to look at.</summary>
    /// <exception cref="LedgerStoreException">It cannot be read, or can have none.</exception>
    public ICorrectionStore Corrections() => SqliteCorrections.OpenToRead(CorrectedFile());

    /// <summary>Its corrections, to add some.</summary>
    /// <exception cref="LedgerStoreException">It cannot be written, can have none, or another one is being made.</exception>
    public ICorrectionStore CorrectionsToWrite(TimeProvider clock) => SqliteCorrections.OpenToWrite(CorrectedFile(), clock);

    /// <inheritdoc />
    public void Dispose() => _database?.Dispose();

    private string CorrectedFile() => _database is null ? _file : throw new LedgerStoreException(
        $"Months are closed and prices restated in a ledger in SQLite only. This one is in PostgreSQL ({_database.Name}): its figures stay as they were recorded.");
}
