namespace AiGateway.Storage.Ledger;

/// <summary>The tables of the ledger's file, as steps that only go forward: step <c>n</c> makes version <c>n</c> of version <c>n - 1</c>. A step that was published is never changed.</summary>
internal static class LedgerSchema
{
    /// <summary>The newest version.</summary>
    public static int Version => Steps.Length;

    /// <summary>The statements of each step.</summary>
    /// <remarks>
    /// Times are Unix milliseconds, UTC; <c>_us</c> are microseconds; amounts are decimal text in USD. Rows of <c>requests</c> and
    /// <c>lines</c> are never changed, and removed by retention only, which says so in <c>settings</c> within its transaction.
    /// In rollups a missing word is an empty text: SQLite takes NULLs in a key for different.
    /// </remarks>
    public static readonly string[] Steps =
    [
        $"""
        CREATE TABLE versions (version INTEGER PRIMARY KEY, at INTEGER NOT NULL, program TEXT NOT NULL);
        CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE requests (
          number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
          caller TEXT NOT NULL, organisation TEXT, team TEXT, project TEXT, user_key BLOB, tags_key BLOB,
          alias TEXT, operation TEXT NOT NULL, deployment TEXT, provider TEXT, model TEXT,
          status INTEGER NOT NULL, outcome TEXT NOT NULL, error TEXT, stream INTEGER NOT NULL, estimated INTEGER NOT NULL,
          cost TEXT NOT NULL, saved TEXT NOT NULL, unpriced INTEGER NOT NULL,
          duration_us INTEGER NOT NULL, upstream_us INTEGER NOT NULL, first_token_us INTEGER, config_version TEXT NOT NULL,
          hash BLOB NOT NULL);
        CREATE TABLE lines (
          number INTEGER NOT NULL, line INTEGER NOT NULL, kind TEXT NOT NULL,
          deployment TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, upstream_model TEXT NOT NULL, response_model TEXT, service_tier TEXT,
          dialect TEXT NOT NULL, outcome TEXT NOT NULL, status INTEGER NOT NULL, started_us INTEGER NOT NULL, duration_us INTEGER NOT NULL,
          estimated INTEGER, input INTEGER, cached_input INTEGER, cache_write INTEGER, output INTEGER, reasoning INTEGER, units TEXT,
          cost TEXT, cost_input TEXT, cost_cached_input TEXT, cost_cache_write TEXT, cost_output TEXT, cost_other TEXT, cost_reported TEXT,
          unpriced TEXT, price_period INTEGER, price_set TEXT,
          PRIMARY KEY (number, line)) WITHOUT ROWID;
        CREATE TABLE personal (key BLOB PRIMARY KEY, kind TEXT NOT NULL, lookup BLOB NOT NULL UNIQUE, value TEXT NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE heads (
          day INTEGER PRIMARY KEY, place INTEGER NOT NULL UNIQUE, genesis BLOB NOT NULL, hash BLOB NOT NULL, requests INTEGER NOT NULL, removed INTEGER NOT NULL);
        CREATE TABLE intents (request TEXT NOT NULL, line INTEGER NOT NULL, process TEXT NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (request, line)) WITHOUT ROWID;
        {Rollup("hours")}
        {Rollup("days")}
        CREATE TRIGGER requests_are_not_changed BEFORE UPDATE ON requests BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER lines_are_not_changed BEFORE UPDATE ON lines BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER requests_are_not_removed BEFORE DELETE ON requests
          WHEN OLD.at >= COALESCE((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'removing_before'), -9223372036854775808)
          BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER lines_are_not_removed BEFORE DELETE ON lines
          WHEN NOT EXISTS (SELECT 1 FROM settings WHERE name = 'removing_before')
          BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER heads_are_not_removed BEFORE DELETE ON heads BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE VIEW calls AS
          SELECT strftime('%Y-%m-%dT%H:%M:%fZ', r.at / 1000.0, 'unixepoch') AS time, r.id, l.line, l.kind, r.caller, r.organisation, r.team, r.project,
            (SELECT value FROM personal p WHERE p.key = r.user_key) AS user, (SELECT value FROM personal p WHERE p.key = r.tags_key) AS tags,
            r.alias, r.operation, l.deployment, l.provider, l.model, l.response_model, l.dialect, r.status AS request_status, l.status, r.outcome AS request_outcome, l.outcome,
            l.estimated, l.input, l.cached_input, l.cache_write, l.output, l.reasoning, l.units,
            l.cost, l.cost_input, l.cost_cached_input, l.cost_cache_write, l.cost_output, l.cost_other, l.cost_reported, l.unpriced, l.price_period, l.price_set,
            l.started_us, l.duration_us
          FROM requests r JOIN lines l ON l.number = r.number;
        """,
        EntrySchema.Step,
        CorrectionSchema.Step,
    ];

    private static string Rollup(string name) => $"""
        CREATE TABLE {name} (
          at INTEGER NOT NULL, caller TEXT NOT NULL, organisation TEXT NOT NULL, team TEXT NOT NULL, project TEXT NOT NULL, alias TEXT NOT NULL,
          operation TEXT NOT NULL, deployment TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL,
          requests INTEGER NOT NULL, errors INTEGER NOT NULL, calls INTEGER NOT NULL, estimated INTEGER NOT NULL, unpriced INTEGER NOT NULL, unpriced_tokens INTEGER NOT NULL,
          input INTEGER NOT NULL, cached_input INTEGER NOT NULL, cache_write INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
          duration_us INTEGER NOT NULL, cost TEXT NOT NULL, saved TEXT NOT NULL,
          PRIMARY KEY (at, caller, organisation, team, project, alias, operation, deployment, provider, model, status, kind)) WITHOUT ROWID;
        """;
}
