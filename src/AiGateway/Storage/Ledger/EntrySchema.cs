namespace AiGateway.Storage.Ledger;

/// <summary>The form in which rows are kept since version 2: words that come again and again stand once in tables of their own, and a request stands with its answering call in one row.</summary>
/// <remarks>
/// What costs time per request is the number of rows, index entries and bytes: <c>entries</c> has one row per request, with the call
/// that answered in it; only further calls have rows in <c>more_lines</c>. <c>requests</c>, <c>lines</c> and <c>calls</c> are views
/// that show rows of this form and of version 1 alike. Amounts of 0 are NULL in the tables, and 0 in the views. <c>links</c> has the
/// hash of the chain at the last row of each link.
/// </remarks>
internal static class EntrySchema
{
    /// <summary>Columns of a request's words, in the order in which they are bound.</summary>
    public const string RequestWords = "caller, organisation, team, project, alias, operation, status, outcome, error, stream, config_version, labels";

    /// <summary>Columns of a call's words, in the order in which they are bound.</summary>
    public const string CallWords =
        "kind, deployment, provider, model, upstream_model, response_model, service_tier, dialect, outcome, status, estimated, priced, unpriced, price_period, price_set";

    /// <summary>Columns of a call in <c>entries</c> and <c>more_lines</c>, in the order in which they are bound.</summary>
    public const string Call = """
        line, call_words, started_us, call_us, input, cached_input, cache_write, output, reasoning, units,
        cost, cost_input, cost_cached_input, cost_cache_write, cost_output, cost_other, cost_reported
        """;

    /// <summary>The greatest number of a request in either form; 0 without any. Of the tables: a view's maximum is found by looking at all of it.</summary>
    public const string LastNumber = "MAX(COALESCE((SELECT MAX(number) FROM entries), 0), COALESCE((SELECT MAX(number) FROM requests_1), 0))";

    private const string CallColumns = """
        started_us INTEGER, call_us INTEGER, input INTEGER, cached_input INTEGER, cache_write INTEGER, output INTEGER, reasoning INTEGER, units TEXT,
          cost TEXT, cost_input TEXT, cost_cached_input TEXT, cost_cache_write TEXT, cost_output TEXT, cost_other TEXT, cost_reported TEXT
        """;

    /// <summary>The step from version 1.</summary>
    public static string Step => $"""
        DROP VIEW calls;
        ALTER TABLE requests RENAME TO requests_1;
        ALTER TABLE lines RENAME TO lines_1;
        CREATE TABLE request_words (
          words INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, seen INTEGER NOT NULL,
          caller TEXT NOT NULL, organisation TEXT, team TEXT, project TEXT, alias TEXT, operation TEXT NOT NULL,
          status INTEGER NOT NULL, outcome TEXT NOT NULL, error TEXT, stream INTEGER NOT NULL, config_version TEXT NOT NULL, labels TEXT);
        CREATE TABLE call_words (
          words INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, seen INTEGER NOT NULL,
          kind TEXT NOT NULL, deployment TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, upstream_model TEXT NOT NULL, response_model TEXT, service_tier TEXT,
          dialect TEXT NOT NULL, outcome TEXT NOT NULL, status INTEGER NOT NULL, estimated INTEGER, priced INTEGER NOT NULL, unpriced TEXT, price_period INTEGER, price_set TEXT);
        CREATE TABLE entries (
          number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, request_words INTEGER NOT NULL, user_key BLOB, tags_key BLOB, saved TEXT,
          duration_us INTEGER NOT NULL, upstream_us INTEGER NOT NULL, first_token_us INTEGER,
          sum_cost TEXT, sum_unpriced INTEGER, sum_estimated INTEGER,
          line INTEGER, call_words INTEGER, {CallColumns});
        CREATE TABLE links (number INTEGER PRIMARY KEY, hash BLOB NOT NULL);
        CREATE TABLE more_lines (
          number INTEGER NOT NULL, line INTEGER NOT NULL, call_words INTEGER NOT NULL, {CallColumns},
          PRIMARY KEY (number, line)) WITHOUT ROWID;
        CREATE VIEW requests AS
          {RequestsOfEntries}
          UNION ALL SELECT *, NULL FROM requests_1;
        CREATE VIEW lines AS
          {LinesOf("entries")}
          UNION ALL {LinesOf("more_lines")}
          UNION ALL SELECT * FROM lines_1;
        CREATE VIEW calls AS
          {CallsOf("entries e", "e")}
          UNION ALL {CallsOf("more_lines c JOIN entries e ON e.number = c.number", "c")}
          UNION ALL SELECT strftime('%Y-%m-%dT%H:%M:%fZ', r.at / 1000.0, 'unixepoch'), r.id, l.line, l.kind, r.caller, r.organisation, r.team, r.project,
            (SELECT value FROM personal p WHERE p.key = r.user_key), (SELECT value FROM personal p WHERE p.key = r.tags_key),
            r.alias, r.operation, l.deployment, l.provider, l.model, l.response_model, l.dialect, r.status, l.status, r.outcome, l.outcome,
            l.estimated, l.input, l.cached_input, l.cache_write, l.output, l.reasoning, l.units,
            l.cost, l.cost_input, l.cost_cached_input, l.cost_cache_write, l.cost_output, l.cost_other, l.cost_reported, l.unpriced, l.price_period, l.price_set,
            l.started_us, l.duration_us
          FROM requests_1 r JOIN lines_1 l ON l.number = r.number;
        {Guards("entries", "BEFORE UPDATE ON entries", " WHEN OLD.at >= COALESCE((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'removing_before'), -9223372036854775808)")}
        {Guards("more_lines", "BEFORE UPDATE ON more_lines", OnlyByRetention)}
        {Guards("links", "BEFORE UPDATE ON links", OnlyByRetention)}
        {Guards("request_words", $"BEFORE UPDATE OF words, digest, {RequestWords} ON request_words", OnlyByRetention)}
        {Guards("call_words", $"BEFORE UPDATE OF words, digest, {CallWords} ON call_words", OnlyByRetention)}
        """;

    private const string OnlyByRetention = " WHEN NOT EXISTS (SELECT 1 FROM settings WHERE name = 'removing_before')";

    private const string RequestsOfEntries = """
        SELECT e.number, e.id, e.at, w.caller, w.organisation, w.team, w.project, e.user_key, e.tags_key, w.alias, w.operation, c.deployment, c.provider, c.model,
            w.status, w.outcome, w.error, w.stream, CAST(COALESCE(e.sum_estimated, c.estimated, 0) AS INTEGER) AS estimated,
            CAST(COALESCE(e.sum_cost, e.cost, '0') AS TEXT) AS cost, CAST(COALESCE(e.saved, '0') AS TEXT) AS saved,
            CAST(COALESCE(e.sum_unpriced, c.priced AND e.cost IS NULL, 0) AS INTEGER) AS unpriced, e.duration_us, e.upstream_us, e.first_token_us, w.config_version,
            (SELECT hash FROM links WHERE links.number = e.number) AS hash, w.labels
          FROM entries e JOIN request_words w ON w.words = e.request_words LEFT JOIN call_words c ON c.words = e.call_words
        """;

    private static string LinesOf(string table) => $"""
        SELECT e.number, e.line, w.kind, w.deployment, w.provider, w.model, w.upstream_model, w.response_model, w.service_tier, w.dialect, w.outcome, w.status,
            e.started_us, e.call_us AS duration_us, w.estimated, e.input, e.cached_input, e.cache_write, e.output, e.reasoning, e.units,
            e.cost, {Part("e.cost_input")} AS cost_input, {Part("e.cost_cached_input")} AS cost_cached_input, {Part("e.cost_cache_write")} AS cost_cache_write,
            {Part("e.cost_output")} AS cost_output, {Part("e.cost_other")} AS cost_other, e.cost_reported, w.unpriced, w.price_period, w.price_set
          FROM {table} e JOIN call_words w ON w.words = e.call_words
        """;

    private static string CallsOf(string tables, string call) => $"""
        SELECT strftime('%Y-%m-%dT%H:%M:%fZ', e.at / 1000.0, 'unixepoch') AS time, e.id, {call}.line, w.kind, r.caller, r.organisation, r.team, r.project,
            (SELECT value FROM personal p WHERE p.key = e.user_key) AS user, (SELECT value FROM personal p WHERE p.key = e.tags_key) AS tags,
            r.alias, r.operation, w.deployment, w.provider, w.model, w.response_model, w.dialect, r.status AS request_status, w.status, r.outcome AS request_outcome, w.outcome,
            w.estimated, {call}.input, {call}.cached_input, {call}.cache_write, {call}.output, {call}.reasoning, {call}.units,
            {call}.cost, {Part($"{call}.cost_input")} AS cost_input, {Part($"{call}.cost_cached_input")} AS cost_cached_input, {Part($"{call}.cost_cache_write")} AS cost_cache_write,
            {Part($"{call}.cost_output")} AS cost_output, {Part($"{call}.cost_other")} AS cost_other, {call}.cost_reported, w.unpriced, w.price_period, w.price_set,
            {call}.started_us, {call}.call_us AS duration_us
          FROM {tables} JOIN request_words r ON r.words = e.request_words JOIN call_words w ON w.words = {call}.call_words
        """;

    // What a view's branches compute has to have its column's affinity: only then SQLite sees through them, and reads in the order of the tables.
    private static string Part(string column) => $"CAST(CASE WHEN w.priced THEN COALESCE({column}, '0') END AS TEXT)";

    private static string Guards(string table, string update, string removal) => $"""
        CREATE TRIGGER {table}_are_not_changed {update} BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER {table}_are_not_removed BEFORE DELETE ON {table}{removal} BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
        """;
}
