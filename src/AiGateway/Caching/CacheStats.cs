namespace AiGateway.Caching;

/// <summary>What the cache of answers holds and has done, in this process since its start.</summary>
/// <param name="Entries">Answers in memory.</param>
/// <param name="Bytes">Their bytes, all told.</param>
/// <param name="MaxBytes">The bound of these.</param>
/// <param name="InFlight">Calls that others may share.</param>
/// <param name="Requests">Requests to aliases with a cache, by <see cref="Pipeline.CacheStatus"/>.</param>
/// <param name="Saved">What answers had cost that were served again, in USD.</param>
internal sealed record CacheStats(long Entries, long Bytes, long MaxBytes, int InFlight, long[] Requests, decimal Saved);
