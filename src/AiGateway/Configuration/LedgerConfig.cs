namespace AiGateway.Configuration;

/// <summary>The ledger, as written.</summary>
internal sealed record LedgerConfig
{
    /// <summary>The word for a file in the data folder.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>The word for no ledger.</summary>
    public const string Off = "off";

    /// <summary>The words that a store may be; anything else is an address, or a reference.</summary>
    public static readonly string[] Words = [Sqlite, Off];

    /// <summary>What is said of a store that is nothing known. It does not show the value: a mistyped address holds a password.</summary>
    public const string StoreProblem = $"it is neither {Sqlite}, {Off}, nor an address such as {PostgresAddressReader.Form}.";

    /// <summary>Where it is kept: <c>sqlite</c> (default; <c>ledger.db</c> in the data folder), the address of a PostgreSQL, or <c>off</c>. May be a reference, as a whole or in parts.</summary>
    public SecretReference? Store { get; init; }

    /// <summary>The longest that a record waits in memory before it is on disk. 1 ms to 100 ms, default 50 ms.</summary>
    public TimeSpan? Flush { get; init; }

    /// <summary><c>batch</c> (default): a kill loses at most what waits for the flush. <c>strict</c>: an intent is on disk before each call.</summary>
    public string? Durability { get; init; }

    /// <summary>Largest queue on disk while the store takes nothing, in bytes. Default 1 GiB.</summary>
    public long? MaxQueue { get; init; }

    /// <summary>What happens when the queue is full: <c>shed</c> (default: records are dropped and counted) or <c>block</c> (new requests get 503).</summary>
    public string? OnFull { get; init; }

    /// <summary>How long rows are kept; sums by hour and day stay. Default 400 days.</summary>
    public TimeSpan? Keep { get; init; }
}
