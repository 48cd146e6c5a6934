namespace AiGateway.Pipeline;

/// <summary>What a cache did, in the words of headers, records and metrics.</summary>
internal static class CacheText
{
    /// <summary>The word of <c>x-gateway-cache</c>: a shared call is a hit to its caller, and so is an answer past its time, whose <c>Age</c> says how old it is.</summary>
    public static string HeaderOf(CacheStatus status) => status switch
    {
        CacheStatus.Shared or CacheStatus.Stale => "hit",
        CacheStatus.SemanticHit => "semantic-hit",
        _ => WordOf(status),
    };

    /// <summary>The word of records and metrics.</summary>
    public static string WordOf(CacheStatus status) => status switch
    {
        CacheStatus.Bypass => "bypass",
        CacheStatus.Miss => "miss",
        CacheStatus.Refresh => "refresh",
        CacheStatus.Hit => "hit",
        CacheStatus.Stale => "stale",
        CacheStatus.Shared => "shared",
        CacheStatus.SemanticHit => "semantic_hit",
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

    /// <summary>The word of what came of a look by meaning.</summary>
    public static string WordOf(SemanticResult result) => result switch
    {
        SemanticResult.Served => "served",
        SemanticResult.WouldServe => "would_serve",
        SemanticResult.Checked => "checked",
        SemanticResult.Untrusted => "untrusted",
        SemanticResult.Vetoed => "vetoed",
        SemanticResult.NothingNear => "nothing_near",
        SemanticResult.AnswerGone => "answer_gone",
        SemanticResult.NoText => "no_text",
        SemanticResult.NotRepresentable => "not_representable",
        SemanticResult.TooLong => "too_long",
        SemanticResult.Busy => "busy",
        SemanticResult.Failed => "failed",
        SemanticResult.NotReady => "not_ready",
        SemanticResult.IndexAway => "index_away",
        SemanticResult.Spent => "spent",
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "A result without a word."),
    };
}
