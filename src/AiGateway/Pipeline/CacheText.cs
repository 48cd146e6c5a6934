namespace AiGateway.Pipeline;

/// <summary>What a cache did, in the words of headers, records and metrics.</summary>
internal static class CacheText
{
    /// <summary>The word of <c>x-gateway-cache</c>: a shared call is a hit to its caller.</summary>
    public static string HeaderOf(CacheStatus status) => status == CacheStatus.Shared ? "hit" : WordOf(status);

    /// <summary>The word of records and metrics.</summary>
    public static string WordOf(CacheStatus status) => status switch
    {
        CacheStatus.Bypass => "bypass",
        CacheStatus.Miss => "miss",
        CacheStatus.Refresh => "refresh",
        CacheStatus.Hit => "hit",
        CacheStatus.Shared => "shared",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A status without a word."),
    };

    /// <summary>The word of a reason; null for none.</summary>
    public static string? WordOf(CacheBypass bypass) => bypass switch
    {
        CacheBypass.None => null,
        CacheBypass.Operation => "operation",
        CacheBypass.NotDeterministic => "not_deterministic",
        CacheBypass.Stateful => "stateful",
        CacheBypass.Caller => "caller",
        CacheBypass.NoKey => "no_key",
        _ => throw new ArgumentOutOfRangeException(nameof(bypass), bypass, "A reason without a word."),
    };
}
