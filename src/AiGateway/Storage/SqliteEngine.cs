using SQLitePCL;

namespace AiGateway.Storage;

/// <summary>Starts SQLite once for the process.</summary>
internal static class SqliteEngine
{
    private static readonly Lazy<bool> Started = new(Begin);

    /// <summary>Starts it, unless it is started.</summary>
    public static void Start() => _ = Started.Value;

    private static bool Begin()
    {
        Batteries_V2.Init();
        // SQLite counts what it allocates under one lock for all connections, and nobody asks for the figure. Where the engine
        // was started before this, the setting is refused, and only the lock stays.
        return raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0) == raw.SQLITE_OK;
    }
}
