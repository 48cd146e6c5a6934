namespace AiGateway.Configuration;

/// <summary>The Redis that several nodes share, as written: its URL alone, or this section.</summary>
internal sealed record RedisConfig
{
    /// <summary><c>redis://[:password@]host[:port][/db]</c>, or <c>rediss://</c> for TLS. Port 6379 and database 0 by default. Required.</summary>
    public SecretReference? Url { get; init; }

    /// <summary>Further addresses, <c>host:port</c>: other nodes of the same cluster, or replicas. Default none.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    /// <summary>What every key begins with, so that several gateways may share one Redis. Default <c>aigateway:</c>.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>The longest that one call may take, 1 ms to 5 s. Default 50 ms.</summary>
    public TimeSpan? Timeout { get; init; }
}
