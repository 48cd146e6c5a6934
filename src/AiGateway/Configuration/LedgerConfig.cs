namespace AiGateway.Configuration;

/// <summary>The ledger, as written.</summary>
internal sealed record LedgerConfig
{
    /// <summary>Where it is kept: <c>sqlite</c> (default; <c>ledger.db</c> in the data folder) or <c>off</c>.</summary>
    public string? Store { get; init; }

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
