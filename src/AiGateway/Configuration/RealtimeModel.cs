namespace AiGateway.Configuration;

/// <summary>Resolved bounds of realtime sessions.</summary>
/// <param name="MaxSessions">Most that are open at a time, on this node.</param>
/// <param name="MaxSessionsPerCaller">Most that one key has open at a time, on this node.</param>
/// <param name="MaxSession">Longest session.</param>
/// <param name="IdleTimeout">Longest silence of both sides.</param>
/// <param name="MaxMessage">Largest message of either side in bytes.</param>
internal sealed record RealtimeModel(int MaxSessions, int MaxSessionsPerCaller, TimeSpan MaxSession, TimeSpan IdleTimeout, long MaxMessage);
