namespace AiGateway.Caching.Semantic;

/// <summary>What a search found.</summary>
/// <param name="Best">The nearest question.</param>
/// <param name="RunnerUp">The next: how far it is behind says how sure the nearest is.</param>
internal readonly record struct NearQuestions(NearQuestion Best, NearQuestion RunnerUp)
{
    /// <summary>The index could not be asked, or not in time.</summary>
    public static readonly NearQuestions Away = new() { IsAway = true };

    /// <summary>Whether the index could not be asked.</summary>
    public bool IsAway { get; private init; }
}
