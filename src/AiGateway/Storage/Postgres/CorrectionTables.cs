using AiGateway.Storage.Ledger;

namespace AiGateway.Storage.Postgres;

/// <summary>The tables of closings and restatements: the second form of the ledger's schema.</summary>
/// <remarks>
/// Rows of <c>restated_lines</c> and <c>adjustment_sums</c> count when <c>corrections</c> has the entry of their number;
/// <c>adjustment_sums</c> of number 0 are records that came late. The view <c>adjustments</c> shows them with their names.
/// </remarks>
internal static class CorrectionTables
{
    /// <summary>The statements that make them.</summary>
    public static string Step => $"""
        INSERT INTO settings (name, value) VALUES ('ledger', convert_to(substr(replace(gen_random_uuid()::text, '-', ''), 1, 16), 'UTF8'));
        CREATE TABLE corrections (
          place bigint PRIMARY KEY, kind text NOT NULL, at timestamptz NOT NULL, made_by text NOT NULL, reason text, subject text NOT NULL,
          from_at timestamptz NOT NULL, to_at timestamptz NOT NULL, zone text, open_until timestamptz, prices text,
          lines bigint NOT NULL, cost_before numeric NOT NULL, cost_after numeric NOT NULL, unpriced_before bigint NOT NULL, lines_hash bytea, hash bytea NOT NULL);
        CREATE TABLE restated_lines (
          correction bigint NOT NULL, node integer NOT NULL, number bigint NOT NULL, line integer NOT NULL, request text NOT NULL,
          cost_before numeric, unpriced_before text, price_period_before timestamptz, price_set_before text,
          cost numeric, cost_input numeric NOT NULL, cost_cached_input numeric NOT NULL, cost_cache_write numeric NOT NULL, cost_output numeric NOT NULL, cost_other numeric NOT NULL,
          unpriced text, price_period timestamptz, price_set text,
          PRIMARY KEY (correction, node, number, line));
        CREATE TABLE adjustment_sums (
          at timestamptz NOT NULL, key bytea NOT NULL, hour timestamptz NOT NULL, correction bigint NOT NULL,
          requests bigint NOT NULL, errors bigint NOT NULL, calls bigint NOT NULL, estimated bigint NOT NULL, unpriced bigint NOT NULL, unpriced_tokens bigint NOT NULL,
          input bigint NOT NULL, cached_input bigint NOT NULL, cache_write bigint NOT NULL, output bigint NOT NULL, reasoning bigint NOT NULL,
          duration_us bigint NOT NULL, cost numeric NOT NULL, saved numeric NOT NULL,
          PRIMARY KEY (at, key, hour, correction)) WITH (fillfactor = 60);
        CREATE INDEX adjustment_sums_of_correction ON adjustment_sums (correction);
        CREATE VIEW adjustments AS SELECT at, hour, correction, {LedgerTables.Names}, {RollupRow.Columns} FROM adjustment_sums JOIN names USING (key);
        CREATE FUNCTION refuse_removal_of_what_counts() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            IF EXISTS (SELECT 1 FROM {LedgerTables.Name}.corrections WHERE place = OLD.correction) THEN RAISE EXCEPTION 'the ledger is append-only'; END IF;
            RETURN OLD;
          END $$;
        CREATE TRIGGER corrections_are_not_changed BEFORE UPDATE ON corrections FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER corrections_are_not_removed BEFORE DELETE ON corrections FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER restated_lines_are_not_changed BEFORE UPDATE ON restated_lines FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER restated_lines_are_not_removed BEFORE DELETE ON restated_lines FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_what_counts();
        CREATE TRIGGER corrections_are_not_truncated BEFORE TRUNCATE ON corrections FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER restated_lines_are_not_truncated BEFORE TRUNCATE ON restated_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """;
}
