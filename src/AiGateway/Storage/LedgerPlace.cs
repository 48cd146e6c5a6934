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
    /// <exception cref="LedgerStoreException">It cannot be read.</exception>
    public ICorrectionStore Corrections() => _database is null ? SqliteCorrections.OpenToRead(_file) : PostgresCorrections.OpenToRead(_database);

    /// <summary>Its corrections, to add some.</summary>
    /// <exception cref="LedgerStoreException">It cannot be written, or another one is being made.</exception>
    public ICorrectionStore CorrectionsToWrite(TimeProvider clock) => _database is null ? SqliteCorrections.OpenToWrite(_file, clock) : PostgresCorrections.OpenToWrite(_database);

    /// <inheritdoc />
    public void Dispose() => _database?.Dispose();
}
