using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;
using AiGateway.Storage.Postgres;

namespace AiGateway.Storage.Runtime;

/// <summary>Chooses where what is made at run time lies: beside the ledger.</summary>
internal static class RuntimeStores
{
    /// <summary>The store: in PostgreSQL when the ledger is, else in the data folder. Nothing is opened yet.</summary>
    /// <param name="host">Says where.</param>
    /// <param name="database">The ledger's database; null where it has none.</param>
    /// <param name="clock">The time.</param>
    public static IRuntimeStore Open(HostModel host, PostgresDatabase? database, TimeProvider clock) =>
        database is null ? new SqliteRuntimeStore(Path.Combine(host.DataFolder, RuntimeFileSchema.FileName), clock) : new PostgresRuntimeStore(database, clock);
}
