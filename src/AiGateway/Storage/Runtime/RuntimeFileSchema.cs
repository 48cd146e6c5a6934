namespace AiGateway.Storage.Runtime;

/// <summary>The tables of what was made at run time, as steps that only go forward.</summary>
internal static class RuntimeFileSchema
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "runtime.db";

    /// <summary>The statements of each step.</summary>
    /// <remarks>Times are Unix milliseconds, UTC. An entry that was removed stays, with its time: that is how other nodes hear of it, and why a revoked key never becomes anybody's again.</remarks>
    public static readonly string[] Steps =
    [
        """
        CREATE TABLE settings (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO settings (name, value) VALUES ('revision', 0);
        CREATE TABLE entries (
          kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL, secrets TEXT NOT NULL,
          created INTEGER NOT NULL, created_by TEXT NOT NULL, updated INTEGER NOT NULL, removed INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID;
        CREATE INDEX entries_changed ON entries (revision);
        CREATE TABLE audit (
          number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
          kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, old TEXT, new TEXT);
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        CREATE TABLE made (actor TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (actor, key)) WITHOUT ROWID;
        """,
    ];
}
