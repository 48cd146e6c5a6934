namespace AiGateway.Configuration;

/// <summary>The ledger's settings, resolved.</summary>
/// <param name="Postgres">The database that it is kept in; null: a SQLite file in the data folder.</param>
/// <param name="Flush">The longest that a record waits in memory before it is on disk.</param>
/// <param name="IsStrict">Whether an intent is on disk before each call.</param>
/// <param name="MaxQueue">Largest queue on disk, in bytes.</param>
/// <param name="BlocksWhenFull">Whether a full queue refuses new requests; otherwise records are dropped and counted.</param>
/// <param name="Keep">How long rows are kept.</param>
internal sealed record LedgerModel(PostgresAddress? Postgres, TimeSpan Flush, bool IsStrict, long MaxQueue, bool BlocksWhenFull, TimeSpan Keep)
{
    /// <summary>What an empty section means. 400 days: a year, and the month in which its books are closed.</summary>
    public static readonly LedgerModel Default = new(Postgres: null, TimeSpan.FromMilliseconds(50), IsStrict: false, 1L << 30, BlocksWhenFull: false, TimeSpan.FromDays(400));

    /// <summary>The resolved section.</summary>
    public static LedgerModel Of(LedgerConfig config, PostgresAddress? postgres) => new(
        postgres, config.Flush ?? Default.Flush, config.Durability == "strict", config.MaxQueue ?? Default.MaxQueue, config.OnFull == "block", config.Keep ?? Default.Keep);
}
