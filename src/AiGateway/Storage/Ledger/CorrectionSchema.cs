namespace AiGateway.Storage.Ledger;

/// <summary>The tables of closings and restatements, and sums that are kept by tags too.</summary>
internal static class CorrectionSchema
{
    /// <summary>The statements that make them.</summary>
    /// <remarks>Rows of <c>restated_lines</c> and <c>adjustments</c> count when <c>corrections</c> has the entry of their number; <c>adjustments</c> of number 0 are records that came late.</remarks>
    public static string Step => $"""
        CREATE TABLE corrections (
          place INTEGER PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, made_by TEXT NOT NULL, reason TEXT, subject TEXT NOT NULL,
          from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, zone TEXT, open_until INTEGER, prices TEXT,
          lines INTEGER NOT NULL, cost_before TEXT NOT NULL, cost_after TEXT NOT NULL, unpriced_before INTEGER NOT NULL, lines_hash BLOB, hash BLOB NOT NULL);
        CREATE TABLE restated_lines (
          correction INTEGER NOT NULL, number INTEGER NOT NULL, line INTEGER NOT NULL, request TEXT NOT NULL,
          cost_before TEXT, unpriced_before TEXT, price_period_before INTEGER, price_set_before TEXT,
          cost TEXT, cost_input TEXT NOT NULL, cost_cached_input TEXT NOT NULL, cost_cache_write TEXT NOT NULL, cost_output TEXT NOT NULL, cost_other TEXT NOT NULL,
          unpriced TEXT, price_period INTEGER, price_set TEXT,
          PRIMARY KEY (correction, number, line)) WITHOUT ROWID;
        CREATE TABLE adjustments (
          at INTEGER NOT NULL, hour INTEGER NOT NULL, correction INTEGER NOT NULL,
          caller TEXT NOT NULL, organisation TEXT NOT NULL, team TEXT NOT NULL, project TEXT NOT NULL, alias TEXT NOT NULL,
          operation TEXT NOT NULL, deployment TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL, labels TEXT NOT NULL,
          requests INTEGER NOT NULL, errors INTEGER NOT NULL, calls INTEGER NOT NULL, estimated INTEGER NOT NULL, unpriced INTEGER NOT NULL, unpriced_tokens INTEGER NOT NULL,
          input INTEGER NOT NULL, cached_input INTEGER NOT NULL, cache_write INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
          duration_us INTEGER NOT NULL, cost TEXT NOT NULL, saved TEXT NOT NULL,
          PRIMARY KEY (at, hour, correction, caller, organisation, team, project, alias, operation, deployment, provider, model, status, kind, labels)) WITHOUT ROWID;
        CREATE TRIGGER corrections_are_not_changed BEFORE UPDATE ON corrections BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER corrections_are_not_removed BEFORE DELETE ON corrections BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER restated_lines_are_not_changed BEFORE UPDATE ON restated_lines BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER restated_lines_are_not_removed BEFORE DELETE ON restated_lines
          WHEN EXISTS (SELECT 1 FROM corrections WHERE place = OLD.correction)
          BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        {WithLabels("hours")}
        {WithLabels("days")}
        """;

    private const string Key = "at, caller, organisation, team, project, alias, operation, deployment, provider, model, status, kind";

    // SQLite adds no column to a key.
    private static string WithLabels(string table) => $"""
        ALTER TABLE {table} RENAME TO {table}_1;
        CREATE TABLE {table} (
          at INTEGER NOT NULL, caller TEXT NOT NULL, organisation TEXT NOT NULL, team TEXT NOT NULL, project TEXT NOT NULL, alias TEXT NOT NULL,
          operation TEXT NOT NULL, deployment TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL, labels TEXT NOT NULL,
          requests INTEGER NOT NULL, errors INTEGER NOT NULL, calls INTEGER NOT NULL, estimated INTEGER NOT NULL, unpriced INTEGER NOT NULL, unpriced_tokens INTEGER NOT NULL,
          input INTEGER NOT NULL, cached_input INTEGER NOT NULL, cache_write INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
          duration_us INTEGER NOT NULL, cost TEXT NOT NULL, saved TEXT NOT NULL,
          PRIMARY KEY ({Key}, labels)) WITHOUT ROWID;
        INSERT INTO {table} SELECT {Key}, '', {RollupRow.Columns} FROM {table}_1;
        DROP TABLE {table}_1;
        """;
}
