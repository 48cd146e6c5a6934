using System.Security.Cryptography;
using System.Text;
using AiGateway.Pipeline;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AiGateway.Storage.Ledger;

/// <summary>One connection to the ledger's file, made or brought to the newest version where that is needed. Not thread-safe; blocking, as SQLite is.</summary>
/// <remarks>
/// Write-ahead log, so that reports and the committer never wait for each other; <c>synchronous=full</c>: what is committed
/// survives the machine, because the queue's file goes after it.
/// </remarks>
internal sealed class LedgerFile : IDisposable
{
    /// <summary>Its name in the data folder.</summary>
    public const string Name = "ledger.db";

    private const int BusyMilliseconds = 2_000;
    private const int SaltLength = 32;
    private const int NodeLength = 8;

    private Statement? _version;
    private long? _versionBefore;

    private LedgerFile(sqlite3 handle) => Handle = handle;

    /// <summary>The connection's handle.</summary>
    public sqlite3 Handle { get; }

    /// <summary>The node's name, which tells this ledger from others.</summary>
    /// <exception cref="InvalidDataException">It is gone.</exception>
    public string Node => Encoding.ASCII.GetString(Setting("node") ?? throw new InvalidDataException("The ledger has no node's name."));

    /// <summary>Number of the row that was inserted last.</summary>
    public long LastNumber => raw.sqlite3_last_insert_rowid(Handle);

    /// <summary>Opens the file to write, and makes it where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="clock">The time, for the notes of versions.</param>
    /// <exception cref="SqliteException">It is locked, damaged, or out of reach.</exception>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    /// <exception cref="InvalidDataException">It is of a newer version.</exception>
    public static LedgerFile OpenToWrite(string path, TimeProvider clock)
    {
        PrivateFile.Make(path);
        var file = Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        try
        {
            var version = file.ReadVersion();
            Refuse(path, version);
            if (version < LedgerSchema.Version)
            {
                file.Migrate(path, clock);
            }
            file.Execute("PRAGMA synchronous = FULL");
            file.Execute("PRAGMA journal_size_limit = 67108864");
            // A checkpoint copies pages; fewer of them copy a page that changed often fewer times.
            file.Execute("PRAGMA wal_autocheckpoint = 4000");
            file.Execute("PRAGMA cache_size = -16384");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that is there, to read only.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is no ledger, or one of a newer version.</exception>
    public static LedgerFile OpenToRead(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no ledger at {path}. It is made by the gateway's first start with host.ledger on; 'host.data_folder' says where.", path);
        }
        // A reader of a write-ahead log writes its marks beside it: read-only would fail on a file that nobody else has open.
        var file = Open(path, raw.SQLITE_OPEN_READWRITE);
        try
        {
            file.Execute("PRAGMA query_only = ON");
            var version = file.ReadVersion();
            Refuse(path, version);
            return version == 0 ? throw new InvalidDataException($"{path} is no ledger, or a first start is about to make it one.") : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Prepares a statement.</summary>
    public Statement Prepare(string text) => new(Handle, text);

    /// <summary>Runs a statement without parameters.</summary>
    public void Execute(string text)
    {
        using var statement = Prepare(text);
        statement.Run();
    }

    /// <summary>Runs work in one transaction that may write: all of it is done, or nothing.</summary>
    public void InTransaction(Action work)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            work();
            Execute("COMMIT");
        }
        catch
        {
            if (raw.sqlite3_get_autocommit(Handle) == 0)
            {
                Execute("ROLLBACK");
            }
            throw;
        }
    }

    /// <summary>Whether another connection has written since this was asked last; to be asked within a transaction. True the first time.</summary>
    public bool HasChanged()
    {
        _version ??= Prepare("PRAGMA data_version");
        _version.Step();
        var before = _versionBefore;
        _versionBefore = _version.Number(0);
        _version.Reset();
        return before != _versionBefore;
    }

    /// <summary>Bytes that were kept under a name; null when there are none.</summary>
    public byte[]? Setting(string name)
    {
        using var statement = Prepare("SELECT value FROM settings WHERE name = ?1");
        statement.Bind(1, name);
        return statement.Step() ? statement.Bytes(0).ToArray() : null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _version?.Dispose();
        Handle.Dispose();
    }

    private static LedgerFile Open(string path, int flags)
    {
        SqliteEngine.Start();
        // Without SQLite's own locks around each call, which cost more than binding a value: one thread at a time has a file.
        var result = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, vfs: null);
        if (result != raw.SQLITE_OK)
        {
            using (handle)
            {
                throw new SqliteException(handle is null ? $"SQLite error {result}." : raw.sqlite3_errmsg(handle).utf8_to_string(), result);
            }
        }
        raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
        return new LedgerFile(handle);
    }

    private static void Refuse(string path, int version)
    {
        if (version > LedgerSchema.Version)
        {
            throw new InvalidDataException($"The ledger {path} has form {version}, and this version of the gateway ({ProductVersion.Full}) knows forms up to {LedgerSchema.Version}. Start the newer version again, or restore a backup from before it.");
        }
    }

    private int ReadVersion()
    {
        using (var table = Prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'versions'"))
        {
            if (!table.Step())
            {
                return 0;
            }
        }
        using var statement = Prepare("SELECT COALESCE(MAX(version), 0) FROM versions");
        return statement.Step() ? (int)statement.Number(0) : 0;
    }

    private void Migrate(string path, TimeProvider clock)
    {
        // Of the file, not of the connection, and impossible within a transaction.
        Execute("PRAGMA auto_vacuum = INCREMENTAL");
        Execute("PRAGMA journal_mode = WAL");
        InTransaction(() =>
        {
            // Asked again under the lock: another process may have been quicker.
            var version = ReadVersion();
            Refuse(path, version);
            for (; version < LedgerSchema.Version; version++)
            {
                ExecuteAll(LedgerSchema.Steps[version]);
                using var note = Prepare("INSERT INTO versions (version, at, program) VALUES (?1, ?2, ?3)");
                note.Bind(1, version + 1L).Bind(2, clock.GetUtcNow().ToUnixTimeMilliseconds()).Bind(3, ProductVersion.Full).Run();
            }
            Keep("node", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NodeLength)));
            Keep("salt", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SaltLength)));
        });
    }

    private void Keep(string name, string value)
    {
        using var statement = Prepare("INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
        statement.Bind(1, name).Bind(2, Encoding.ASCII.GetBytes(value)).Run();
    }

    private void ExecuteAll(string script)
    {
        var result = raw.sqlite3_exec(Handle, script, out var message);
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteException(message, result);
        }
    }
}
