namespace AiGateway.Configuration;

/// <summary>Bounds of realtime sessions (<c>/v1/realtime</c>), as written. A session keeps those it began with.</summary>
internal sealed record RealtimeConfig
{
    /// <summary>Most sessions that are open at a time, on this node. Default 1,000; 0 closes the endpoint.</summary>
    public int? MaxSessions { get; init; }

    /// <summary>Most sessions that one key has open at a time, on this node. Default 100.</summary>
    public int? MaxSessionsPerCaller { get; init; }

    /// <summary>Longest session. Default 60 min, as OpenAI's.</summary>
    public TimeSpan? MaxSession { get; init; }

    /// <summary>Longest silence of both sides. Default 10 min.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Largest message of either side in bytes. Default 24 MiB: OpenAI takes 15 MiB of audio at a time, which are 20 MiB in base64.</summary>
    public long? MaxMessage { get; init; }
}
