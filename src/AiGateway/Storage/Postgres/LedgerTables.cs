using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>The ledger's tables in PostgreSQL.</summary>
/// <remarks>
/// As in SQLite's file, in PostgreSQL's own types: instants, exact numerics. Rows of <c>requests</c> and <c>lines</c> lie in a
/// partition for each month; they are never changed, and go with their month, whose partition retention drops. A row's
/// <c>number</c> counts within its node, in the order of the node's chain. A request id is unique together with its time, because
/// a partitioned table can promise no more, and a repetition carries the same time. What a sum is of stands once in <c>names</c>,
/// under a digest, so that a sum is a short row, and an index holds no long texts; the views <c>hours</c> and <c>days</c> show both.
/// </remarks>
internal static class LedgerTables
{
    /// <summary>The PostgreSQL schema.</summary>
    public const string Name = "aigateway_ledger";

    /// <summary>What a sum is of: columns of <c>names</c>.</summary>
    public const string Names = "caller, organisation, team, project, alias, operation, deployment, provider, model, status, kind, labels";

    /// <summary>The tables.</summary>
    public static PostgresSchema Schema { get; } = new(Name,
    [
        $"""
        CREATE TABLE settings (name text PRIMARY KEY, value bytea NOT NULL);
        INSERT INTO settings (name, value) VALUES
          ('salt', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')), ('erasures', '0');
        CREATE TABLE nodes (node integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, since timestamptz NOT NULL, appended bigint NOT NULL DEFAULT 0);
        CREATE TABLE requests (
          node integer NOT NULL, number bigint NOT NULL, id text NOT NULL, at timestamptz NOT NULL,
          caller text NOT NULL, organisation text, team text, project text, user_key bytea, tags_key bytea,
          alias text, operation text NOT NULL, deployment text, provider text, model text,
          status integer NOT NULL, outcome text NOT NULL, error text, stream boolean NOT NULL, estimated boolean NOT NULL,
          cost numeric NOT NULL, saved numeric NOT NULL, unpriced bigint NOT NULL,
          duration_us bigint NOT NULL, upstream_us bigint NOT NULL, first_token_us bigint, config_version text NOT NULL,
          hash bytea, labels text,
          PRIMARY KEY (node, number, at), UNIQUE (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE lines (
          node integer NOT NULL, number bigint NOT NULL, at timestamptz NOT NULL, line integer NOT NULL, kind text NOT NULL,
          deployment text NOT NULL, provider text NOT NULL, model text NOT NULL, upstream_model text NOT NULL, response_model text, service_tier text,
          dialect text NOT NULL, outcome text NOT NULL, status integer NOT NULL, started_us bigint NOT NULL, duration_us bigint NOT NULL,
          estimated boolean, input bigint, cached_input bigint, cache_write bigint, output bigint, reasoning bigint, units text,
          cost numeric, cost_input numeric, cost_cached_input numeric, cost_cache_write numeric, cost_output numeric, cost_other numeric, cost_reported numeric,
          unpriced text, price_period timestamptz, price_set text,
          PRIMARY KEY (node, number, line, at)) PARTITION BY RANGE (at);
        CREATE INDEX requests_at ON requests USING brin (at) WITH (autosummarize = on);
        CREATE INDEX lines_at ON lines USING brin (at) WITH (autosummarize = on);
        CREATE TABLE personal (key bytea PRIMARY KEY, kind text NOT NULL, lookup bytea NOT NULL UNIQUE, value text NOT NULL, seen timestamptz NOT NULL);
        CREATE TABLE heads (
          node integer NOT NULL REFERENCES nodes, day timestamptz NOT NULL, place bigint NOT NULL, genesis bytea NOT NULL, hash bytea NOT NULL,
          requests bigint NOT NULL, removed bigint NOT NULL, PRIMARY KEY (node, day), UNIQUE (node, place));
        CREATE TABLE intents (request text NOT NULL, line integer NOT NULL, process text NOT NULL, entry bytea NOT NULL, PRIMARY KEY (request, line));
        CREATE INDEX intents_of_process ON intents (process);
        CREATE TABLE names (
          key bytea PRIMARY KEY, caller text NOT NULL, organisation text NOT NULL, team text NOT NULL, project text NOT NULL, alias text NOT NULL,
          operation text NOT NULL, deployment text NOT NULL, provider text NOT NULL, model text NOT NULL, status text NOT NULL, kind text NOT NULL, labels text NOT NULL);
        {Sums("hour_sums")}
        {Sums("day_sums")}
        CREATE VIEW hours AS SELECT at, {Names}, {RollupRow.Columns} FROM hour_sums JOIN names USING (key);
        CREATE VIEW days AS SELECT at, {Names}, {RollupRow.Columns} FROM day_sums JOIN names USING (key);
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
        CREATE TRIGGER requests_are_not_changed BEFORE UPDATE OR DELETE ON requests FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER lines_are_not_changed BEFORE UPDATE OR DELETE ON lines FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER heads_are_not_removed BEFORE DELETE ON heads FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER requests_are_not_truncated BEFORE TRUNCATE ON requests FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER lines_are_not_truncated BEFORE TRUNCATE ON lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER heads_are_not_truncated BEFORE TRUNCATE ON heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE VIEW calls AS
          SELECT r.at AS time, r.id, l.line, l.kind, r.caller, r.organisation, r.team, r.project,
            (SELECT value FROM personal p WHERE p.key = r.user_key) AS "user", (SELECT value FROM personal p WHERE p.key = r.tags_key) AS tags,
            r.alias, r.operation, l.deployment, l.provider, l.model, l.response_model, l.dialect, r.status AS request_status, l.status, r.outcome AS request_outcome, l.outcome,
            l.estimated, l.input, l.cached_input, l.cache_write, l.output, l.reasoning, l.units,
            l.cost, l.cost_input, l.cost_cached_input, l.cost_cache_write, l.cost_output, l.cost_other, l.cost_reported, l.unpriced, l.price_period, l.price_set,
            l.started_us, l.duration_us, r.labels, n.name AS node
          FROM requests r JOIN lines l ON l.node = r.node AND l.number = r.number AND l.at = r.at JOIN nodes n ON n.node = r.node;
        """,
        CorrectionTables.Step,
    ]);

    /// <summary>Says when there is no ledger to read, or one of an older form.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is of another form.</exception>
    public static void Require(PostgresDatabase database, NpgsqlConnection connection)
    {
        var version = database.VersionOf(connection, Schema);
        if (version < Schema.Version)
        {
            throw new InvalidDataException(version == 0
                ? $"There is no ledger in {database.Name} yet. It is made by the first start of a gateway with host.ledger.store."
                : $"The ledger in {database.Name} has form {version}, and this version of the gateway reads form {Schema.Version}. The start of a gateway of this version brings it forward.");
        }
    }

    // Rows are changed again and again, and no index holds what changes: room on the page keeps each change there.
    private static string Sums(string name) => $"""
        CREATE TABLE {name} (
          at timestamptz NOT NULL, key bytea NOT NULL,
          requests bigint NOT NULL, errors bigint NOT NULL, calls bigint NOT NULL, estimated bigint NOT NULL, unpriced bigint NOT NULL, unpriced_tokens bigint NOT NULL,
          input bigint NOT NULL, cached_input bigint NOT NULL, cache_write bigint NOT NULL, output bigint NOT NULL, reasoning bigint NOT NULL,
          duration_us bigint NOT NULL, cost numeric NOT NULL, saved numeric NOT NULL,
          PRIMARY KEY (at, key)) WITH (fillfactor = 60);
        """;
}
