namespace AiGateway.Pipeline;

/// <summary>Why a cache was passed by. A closed set.</summary>
internal enum CacheBypass
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The operation's answers are not cached: media, files, legacy completions as streams.</summary>
    Operation,

    /// <summary>The same request would not get the same answer: no temperature of 0, no seed.</summary>
    NotDeterministic,

    /// <summary>The answer belongs to a state that the provider or the gateway keeps.</summary>
    Stateful,

    /// <summary>The caller says so.</summary>
    Caller,

    /// <summary>The request has no key: it is too deep or too disordered.</summary>
    NoKey,
}
